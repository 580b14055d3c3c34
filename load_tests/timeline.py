"""Stage arithmetic: when each stage begins, from when on it is judged, and how much load it asks for."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from load_tests.scenario import WARM_UP, Scenario


@dataclass(frozen=True)
class Window:
    """One stage in time. All times are seconds since the run began."""

    name: str
    begins_s: float
    judged_from_s: float
    ends_s: float
    offered_rps: float
    users: int
    """Closed users; 0 for open arrivals."""
    each_rps: float
    """Requests a second that each closed user asks for; 0 for open arrivals."""
    judged: bool

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
        return self.windows[max(0, bisect_right(self._begins_s, time_s) - 1)]


def timeline_of(scenario: Scenario) -> Timeline:
    """Lay the stages out in time, the warm-up first, at the first stage's rate."""
    first = scenario.stages[0]
    parts = [(WARM_UP, first, scenario.load.warmup, False)] if scenario.load.warmup else []
    parts += [(stage.name, stage, stage.lasts_s, stage.judge) for stage in scenario.stages]
    windows: list[Window] = []
    begins_s = 0.0
    for name, stage, lasts_s, judged in parts:
        windows.append(
            Window(
                name=name,
                begins_s=begins_s,
                judged_from_s=begins_s + min(scenario.load.settle, lasts_s),
                ends_s=begins_s + lasts_s,
                offered_rps=stage.offered_rps,
                users=stage.users or 0,
                each_rps=stage.each or 0.0,
                judged=judged,
            )
        )
        begins_s += lasts_s
    return Timeline(tuple(windows))
