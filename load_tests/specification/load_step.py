"""The load step of a scenario: from when on more is asked for, until when, and what then is late."""

from dataclasses import dataclass
from itertools import pairwise

from load_tests.specification.objectives import LatencyObjective
from load_tests.specification.scaling import BACK_FOR_S
from load_tests.specification.scenario import Scenario
from load_tests.specification.timeline import Timeline, Window


@dataclass(frozen=True)
class LoadStep:
    """When more load begins. Times are seconds since the run began."""

    stage: str
    begins_s: float
    ends_s: float
    """End of the stages that ask for at least as much, one after the other."""
    objective: LatencyObjective | None
    """What the service is to come back to: the tightest latency objective that the scenario has there."""

    @property
    def lasts_s(self) -> float:
        """How long the load stays that high."""
        return self.ends_s - self.begins_s


def load_step_of(scenario: Scenario, timeline: Timeline) -> LoadStep | None:
    """The step that the scenario names, or where the load rises most; None if it never rises.

    A rise that is over before a way back could be seen is taken only if there is no other.
    """
    place = _place(timeline, scenario.scaling.step if scenario.scaling else None)
    if place is None:
        return None
    window = timeline.windows[place]
    return LoadStep(window.stage, window.begins_s, _ends_s(timeline, place), _objective(scenario, window))


def _place(timeline: Timeline, named: str | None) -> int | None:
    """Which window begins the step."""
    if named is not None:
        return next(number for number, window in enumerate(timeline.windows) if window.name == named)
    windows = timeline.windows
    rises = {
        place: after.offered_rps - before.offered_rps
        for place, (before, after) in enumerate(pairwise(windows), start=1)
        if after.offered_rps > before.offered_rps
    }
    lasting = {place for place in rises if _ends_s(timeline, place) - windows[place].begins_s >= BACK_FOR_S}
    return max(lasting or rises, key=rises.__getitem__, default=None)


def _ends_s(timeline: Timeline, first: int) -> float:
    ends_s = timeline.windows[first].ends_s
    for window in timeline.windows[first + 1 :]:
        if window.offered_rps < timeline.windows[first].offered_rps:
            break
        ends_s = window.ends_s
    return ends_s


def _objective(scenario: Scenario, window: Window) -> LatencyObjective | None:
    stage = next(stage for stage in scenario.stages if stage.name == window.stage)
    latencies = [
        demand.objective
        for demand in scenario.slo.overridden_by(stage.slo)
        if isinstance(demand.objective, LatencyObjective)
    ]
    return min(latencies, key=lambda objective: objective.threshold_s, default=None)
