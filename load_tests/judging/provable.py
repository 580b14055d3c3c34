"""Whether a run of a scenario could prove what it demands, and notice what goes wrong."""

import math
from collections.abc import Iterator, Sequence

from load_tests.judging import binomial
from load_tests.specification.demands import JudgedDemand, judged_demands
from load_tests.specification.errors import ScenarioError
from load_tests.specification.load_step import load_step_of
from load_tests.specification.objectives import (
    ErrorObjective,
    GoodputObjective,
    LatencyObjective,
    NoErrorObjective,
    ThroughputObjective,
)
from load_tests.specification.offered_load import Arrivals, Load
from load_tests.specification.quantities import format_duration, format_share
from load_tests.specification.scaling import BACK_FOR_S, SHARED_AFTER_S, SHORTEST_SHARE_S, SHORTEST_STEP_S
from load_tests.specification.scenario import WHOLE_RUN, Scenario
from load_tests.specification.timeline import timeline_of

CERTAINTY = 2.0
"""How many times more than is allowed a fault must show to be noticed in every run."""


def check_provable(scenario: Scenario) -> None:
    """Refuse a scenario that demands nothing, or whose demands no run of it could prove."""
    once = scenario.model_copy(update={"repeat": 1})
    demands = judged_demands(once, timeline_of(once))
    if not demands:
        raise ScenarioError(
            "nothing is judged: write an objective under `slo`, and leave one stage without judge: false"
        )
    problems = [problem for demand in demands for problem in _unprovable(demand, scenario)]
    problems += [problem for demand in demands for problem in _later_than_the_timeout(demand, scenario.load)]
    problems += _unnoticed(demands, scenario.load)
    problems += _too_short_to_scale(scenario)
    if problems:
        raise ScenarioError("\n".join(problems))


def _unprovable(demand: JudgedDemand, scenario: Scenario) -> Iterator[str]:
    match demand.objective:
        case ThroughputObjective():
            yield from _unreachable(demand, demand.objective, scenario.load.arrivals)
        case GoodputObjective() if scenario.load.arrivals.wait_for_answers:
            yield (
                f"{demand.where}: {demand.objective.title} says nothing of closed users, who ask less when answers are "
                f"slow: write a mean, such as throughput: {0.95 * _surely_asked_rps(demand):.3g}/s"
            )
        case LatencyObjective() | ErrorObjective() | GoodputObjective():
            needed = binomial.requests_to_prove(0, demand.objective.allowed, scenario.confidence)
            if _surely_due(demand, scenario.load.arrivals) < needed:
                yield _too_short(demand, needed, scenario)


def _later_than_the_timeout(demand: JudgedDemand, load: Load) -> Iterator[str]:
    """Refuse a threshold that no answer can miss: it would name a latency that nothing was held against."""
    if isinstance(demand.objective, LatencyObjective) and demand.objective.threshold_s > load.timeout:
        yield (
            f"{demand.where}: {demand.objective.title} is never missed by an answer, for after {load.timeout:g}s "
            "(load.timeout) a request has failed: allow less, or raise load.timeout"
        )


def _unreachable(demand: JudgedDemand, objective: ThroughputObjective, arrivals: Arrivals) -> Iterator[str]:
    if not arrivals.wait_for_answers:
        yield f"{demand.where}: {objective.title} is for closed stages: write throughput: 99% (of those due)"
    elif (surely_rps := _surely_asked_rps(demand)) < objective.at_least_rps * (1 - 1e-9):
        yield (
            f"{demand.where}: {objective.title} cannot be reached: its users surely ask for {surely_rps:.3g}/s only. "
            "Add users, ask for less, or demand it of the busiest stage alone (in the stage's own slo)"
        )


def _surely_asked_rps(demand: JudgedDemand) -> float:
    """Requests a second that closed users ask for whatever their phase: whole intervals within the judged time."""
    asked = sum(window.users * math.floor(window.judged_s * window.each_rps + 1e-9) for window in demand.windows)
    return asked / demand.judged_s


def _too_short_to_scale(scenario: Scenario) -> Iterator[str]:
    """Refuse a load step that is over before what it demands of the cluster can be seen."""
    scaling, timeline = scenario.scaling, timeline_of(scenario)
    if scaling is None or not {"ready", "first_new_pod", "recovery", "balance"} & set(scaling.titles):
        return
    step = load_step_of(scenario, timeline)
    if step is None:
        yield "scaling: no stage asks for more than the one before it: what should make the cluster grow?"
        return
    if scaling.recovery and step.objective is None:
        yield "scaling.recovery: there is no latency objective to come back to: write one under `slo`, such as p99: 1s"
    growing_s = max(SHORTEST_STEP_S, scaling.first_new_pod or 0.0)
    needed = {
        "ready": growing_s,
        "first_new_pod": growing_s,
        "recovery": (scaling.recovery or 0.0) + BACK_FOR_S,
        "balance": growing_s + SHARED_AFTER_S + SHORTEST_SHARE_S,
    }
    for key in scaling.titles:
        if step.lasts_s < needed.get(key, 0.0):
            yield (
                f"scaling.{key}: the load stays up for {format_duration(step.lasts_s)} from stage {step.stage!r} on, "
                f"and {scaling.titles[key]} takes {format_duration(needed[key])} to be seen: make it longer"
            )


def _unnoticed(demands: Sequence[JudgedDemand], load: Load) -> Iterator[str]:
    """Refuse payloads so rare that no objective breaks if every single one of them is answered wrongly."""
    tightest = min(_most_unnoticed(demand) for demand in demands)
    for key, share in (("golden", load.golden * (1 - load.invalid)), ("invalid", load.invalid)):
        if 0 < share < CERTAINTY * tightest:
            yield (
                f"load.{key}: with all of these answered wrongly, {format_share(share)} of the requests would be bad, "
                f"and the tightest objective allows {format_share(tightest)}: send more of them, or none"
            )


def _most_unnoticed(demand: JudgedDemand) -> float:
    """Share of the requests that may be bad without breaking an objective."""
    match demand.objective:
        case NoErrorObjective():
            return 0.0
        case ThroughputObjective():
            return 1 - demand.objective.at_least_rps * demand.judged_s / demand.expected_requests
        case _:
            return demand.objective.allowed


def _surely_due(demand: JudgedDemand, arrivals: Arrivals) -> float:
    """Requests that will be due even with bad luck: two standard deviations below the mean of a Poisson count."""
    expected = demand.expected_requests
    return expected - 2 * math.sqrt(expected) if not arrivals.wait_for_answers else expected


def _too_short(demand: JudgedDemand, needed: int, scenario: Scenario) -> str:
    """How much longer the stages would have to be for a run without one bad request to be a proof."""
    wanted = (1 + math.sqrt(1 + needed)) ** 2 if not scenario.load.arrivals.wait_for_answers else needed
    missing_s = (wanted / demand.expected_requests - 1) * demand.judged_s
    what = f"proving {demand.objective.title} at {format_share(scenario.confidence)} takes {needed} requests"
    offers = f"about {demand.expected_requests:.0f} are due"
    if demand.expected_requests >= needed:
        offers = f"{offers}, and by chance only {_surely_due(demand, scenario.load.arrivals):.0f}"
    if demand.where == WHOLE_RUN:
        return f"run: {what}, but {offers}: make the stages {format_duration(math.ceil(missing_s))} longer in all"
    window = demand.windows[0]
    lasts_s = math.ceil(window.ends_s - window.begins_s + missing_s)
    return (
        f"stage {demand.where!r}: {what}, but {offers} after settling: write `for: {lasts_s}s`, raise the rate, "
        "or judge it over all stages with {limit: …, scope: run}"
    )
