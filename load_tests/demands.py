"""Which objective is judged over which stages, and whether the scenario is long enough to prove it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from load_tests import binomial
from load_tests.objectives import Demand, Objective, Scope, ThroughputObjective
from load_tests.quantities import format_duration
from load_tests.scenario import Arrivals, Scenario
from load_tests.scenario_errors import ScenarioError
from load_tests.timeline import Timeline, Window, timeline_of

WHOLE_RUN = "run"


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


def judged_demands(scenario: Scenario, timeline: Timeline) -> list[JudgedDemand]:
    """Every objective of the scenario with the windows it is judged over, stage by stage and the run last."""
    stages = {stage.name: stage for stage in scenario.stages}
    judged: list[JudgedDemand] = []
    for window in timeline.judged:
        own = {demand.key for demand in stages[window.name].slo.demands}
        for demand in scenario.slo.overridden_by(stages[window.name].slo):
            if demand.key in own or _scope(demand, scenario) is Scope.STAGE:
                judged.append(JudgedDemand(window.name, demand.objective, (window,)))  # noqa: PERF401 (reads better)
    judged.extend(
        JudgedDemand(WHOLE_RUN, demand.objective, timeline.judged)
        for demand in scenario.slo.demands
        if timeline.judged and _scope(demand, scenario) is Scope.RUN
    )
    return judged


def _scope(demand: Demand, scenario: Scenario) -> Scope:
    return demand.scope or scenario.scope


def check_provable(scenario: Scenario) -> None:
    """Refuse a scenario that demands nothing, or whose demands no run of it could prove."""
    demands = judged_demands(scenario, timeline_of(scenario))
    if not demands:
        raise ScenarioError(
            "nothing is judged: write an objective under `slo`, and leave one stage without judge: false"
        )
    problems = [problem for demand in demands for problem in _unprovable(demand, scenario)]
    if problems:
        raise ScenarioError("\n".join(problems))


def _unprovable(demand: JudgedDemand, scenario: Scenario) -> Iterator[str]:
    objective = demand.objective
    if isinstance(objective, ThroughputObjective):
        offered_rps = demand.expected_requests / demand.judged_s
        if scenario.load.arrivals is Arrivals.OPEN:
            yield f"{demand.where}: {objective.title} is for closed stages: write throughput: 99% (of those due)"
        elif offered_rps < objective.at_least_rps * (1 - 1e-9):
            yield (
                f"{demand.where}: {objective.title} cannot be reached: its users ask for {offered_rps:.3g}/s. "
                "Add users, ask for less, or demand it of the busiest stage alone (in the stage's own slo)"
            )
    elif objective.allowed:
        needed = binomial.requests_to_prove(0, objective.allowed, scenario.confidence)
        if surely_due(demand, scenario.load.arrivals) < needed:
            yield _too_short(demand, needed, scenario)


def surely_due(demand: JudgedDemand, arrivals: Arrivals) -> float:
    """Requests that will be due even with bad luck: two standard deviations below the mean of a Poisson count."""
    expected = demand.expected_requests
    return expected - 2 * math.sqrt(expected) if arrivals is Arrivals.OPEN else expected


def _too_short(demand: JudgedDemand, needed: int, scenario: Scenario) -> str:
    """How much longer the stages would have to be for a run without one bad request to be a proof."""
    wanted = (1 + math.sqrt(1 + needed)) ** 2 if scenario.load.arrivals is Arrivals.OPEN else needed
    missing_s = (wanted / demand.expected_requests - 1) * demand.judged_s
    what = f"proving {demand.objective.title} at {scenario.confidence:.0%} takes {needed} requests"
    offers = f"about {demand.expected_requests:.0f} are due"
    if demand.where == WHOLE_RUN:
        return f"run: {what}, but {offers}: make the stages {format_duration(math.ceil(missing_s))} longer in all"
    window = demand.windows[0]
    lasts_s = math.ceil(window.ends_s - window.begins_s + missing_s)
    return (
        f"stage {demand.where!r}: {what}, but {offers} after settling: write `for: {lasts_s}s`, raise the rate, "
        "or judge it over all stages with {limit: …, scope: run}"
    )
