"""Which objective is judged over which stages."""

from dataclasses import dataclass
from itertools import product

from load_tests.specification.objectives import Demand, Objective, Scope
from load_tests.specification.scenario import WHOLE_RUN, Scenario
from load_tests.specification.timeline import Timeline, Window, numbered


@dataclass(frozen=True)
class JudgedDemand:
    """An objective and the stages whose requests it is judged over, together."""

    where: str
    """The stage's name, or `run`."""
    objective: Objective
    windows: tuple[Window, ...]

    @property
    def judged_s(self) -> float:
        """Total length of the judged parts."""
        return sum(window.judged_s for window in self.windows)

    @property
    def expected_requests(self) -> float:
        """Requests due in the judged parts, on average."""
        return sum(window.expected_requests for window in self.windows)

    @property
    def aborts(self) -> bool:
        """Whether the run may have been ended early because of it."""
        return any(window.aborts for window in self.windows)


def judged_demands(scenario: Scenario, timeline: Timeline) -> list[JudgedDemand]:
    """Every objective of the scenario with the windows it is judged over, stage by stage and the run last."""
    stages = {stage.name: stage for stage in scenario.stages}
    judged: list[JudgedDemand] = []
    own_keys = {name: {demand.key for demand in stage.slo.demands} for name, stage in stages.items()}
    for window in timeline.judged:
        for demand in scenario.slo.overridden_by(stages[window.stage].slo):
            if demand.key in own_keys[window.stage] or _scope(demand, scenario) is Scope.STAGE:
                judged.append(JudgedDemand(window.name, demand.objective, (window,)))  # noqa: PERF401 (reads better)
    run_wide = [demand for demand in scenario.slo.demands if _scope(demand, scenario) is Scope.RUN]
    for repetition, demand in product(range(1, scenario.repeat + 1), run_wide):
        of_repetition = (window for window in timeline.judged if window.repetition == repetition)
        windows = tuple(window for window in of_repetition if demand.key not in own_keys[window.stage])
        if windows:
            where = numbered(WHOLE_RUN, repetition, scenario.repeat)
            judged.append(JudgedDemand(where, demand.objective, windows))
    return judged


def _scope(demand: Demand, scenario: Scenario) -> Scope:
    return demand.scope or scenario.scope
