"""Stage arithmetic: when each stage begins, from when on it is judged, and how much load it asks for."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from load_tests.specification.offered_load import Stage
from load_tests.specification.scenario import WARM_UP, Scenario


@dataclass(frozen=True)
class Window:
    """One stage in time. All times are seconds since the run began."""

    name: str
    """Unique: of a repeated stage `peak #2`."""
    stage: str
    """Name of the stage in the scenario."""
    repetition: int
    """From 1; 0 for the warm-up."""
    begins_s: float
    judged_from_s: float
    ends_s: float
    offered_rps: float
    users: int
    """Closed users; 0 for open arrivals."""
    each_rps: float
    """Requests a second that each closed user asks for; 0 for open arrivals."""
    judged: bool
    aborts: bool
    """Whether the run ends early when an objective is proven broken in this stage."""

    @property
    def judged_s(self) -> float:
        """Length of the judged part."""
        return self.ends_s - self.judged_from_s

    @property
    def expected_requests(self) -> float:
        """Requests due in the judged part, on average."""
        return self.offered_rps * self.judged_s


@dataclass(frozen=True)
class Timeline:
    """The stages of a run, one after the other and without a gap."""

    windows: tuple[Window, ...]

    @property
    def ends_s(self) -> float:
        """When the last stage ends."""
        return self.windows[-1].ends_s

    @property
    def judged(self) -> tuple[Window, ...]:
        """The stages that count."""
        return tuple(window for window in self.windows if window.judged)

    @cached_property
    def _begins_s(self) -> list[float]:
        return [window.begins_s for window in self.windows]

    def at(self, time_s: float) -> Window:
        """The stage at a time: the last one if the run is over, the first one if it has not begun."""
        return self.windows[self.number_at(time_s)]

    def number_at(self, time_s: float) -> int:
        """The place of that stage in `windows`."""
        return max(0, bisect_right(self._begins_s, time_s) - 1)


def timeline_of(scenario: Scenario) -> Timeline:
    """Lay the stages out in time, once or repeatedly, the warm-up first, at the first stage's rate."""
    windows: list[Window] = []
    begins_s = 0.0
    for name, stage, repetition in _parts(scenario):
        windows.append(
            Window(
                name=name,
                stage=stage.name,
                repetition=repetition,
                begins_s=begins_s,
                judged_from_s=begins_s + min(scenario.load.settle, stage.lasts_s),
                ends_s=begins_s + stage.lasts_s,
                offered_rps=stage.offered_rps,
                users=stage.users or 0,
                each_rps=stage.each or 0.0,
                judged=stage.judge,
                aborts=stage.abort,
            )
        )
        begins_s += stage.lasts_s
    return Timeline(tuple(windows))


def _parts(scenario: Scenario) -> Iterator[tuple[str, Stage, int]]:
    """Name, load and repetition of everything that is run, in order."""
    if scenario.load.warmup:
        as_warm_up = {"lasts_s": scenario.load.warmup, "judge": False, "abort": False}
        yield WARM_UP, scenario.stages[0].model_copy(update=as_warm_up), 0
    for repetition in range(1, scenario.repeat + 1):
        for stage in scenario.stages:
            yield numbered(stage.name, repetition, scenario.repeat), stage, repetition


def numbered(name: str, repetition: int, repeat: int) -> str:
    """`peak #2` where stages are repeated, `peak` where they are not."""
    return f"{name} #{repetition}" if repeat > 1 else name
