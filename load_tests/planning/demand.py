"""What of a scenario is planned for: its rates up to the highest that is judged, and how many requests may be bad."""

from load_tests.planning.offered import Rate
from load_tests.specification.demands import judged_demands
from load_tests.specification.objectives import LatencyObjective, NoErrorObjective, ThroughputObjective
from load_tests.specification.scenario import Scenario
from load_tests.specification.timeline import Timeline, Window, timeline_of

FEWEST_ARE_SLOW_PERCENTILE = 75
"""A CPU limit that stops a request stops many of them, and not all: it is held against percentiles from here on."""


def highest_judged_rps(timeline: Timeline) -> float:
    """The rate of the busiest stage that counts: what asks for more, unjudged, is there to see the service give in."""
    return max(window.offered_rps for window in timeline.judged)


def is_planned_for(window: Window, timeline: Timeline) -> bool:
    """Whether a stage is to be survived."""
    return window.offered_rps <= highest_judged_rps(timeline)


def planned_rates(timeline: Timeline) -> tuple[Rate, ...]:
    """The load over time; what is there to see the service give in asks for no more than the busiest judged stage."""
    most_rps = highest_judged_rps(timeline)
    return tuple(Rate(window.begins_s, min(window.offered_rps, most_rps)) for window in timeline.windows)


def requests_in(timeline: Timeline) -> float:
    """Requests of that load."""
    most_rps = highest_judged_rps(timeline)
    return sum(min(window.offered_rps, most_rps) * (window.ends_s - window.begins_s) for window in timeline.windows)


def share_that_may_be_bad(scenario: Scenario) -> float:
    """What the tightest objective allows."""
    objectives = {demand.objective for demand in judged_demands(scenario, timeline_of(scenario))}
    if any(isinstance(objective, NoErrorObjective) for objective in objectives):
        return 0.0
    shares = (one.allowed for one in objectives if not isinstance(one, NoErrorObjective | ThroughputObjective))
    return min(shares, default=0.0)


def tightest_s(scenario: Scenario) -> float | None:
    """The tightest latency that a CPU limit is held against; None if there is none."""
    objectives = (demand.objective for demand in judged_demands(scenario, timeline_of(scenario)))
    return min(
        (
            one.threshold_s
            for one in objectives
            if isinstance(one, LatencyObjective) and one.percentile >= FEWEST_ARE_SLOW_PERCENTILE
        ),
        default=None,
    )
