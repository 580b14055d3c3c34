"""The load that a scenario offers as rates over time, which is what a simulation takes."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from load_tests.specification.arrivals import open_arrivals
from load_tests.specification.scenario import Scenario
from load_tests.specification.timeline import Timeline


@dataclass(frozen=True)
class Rate:
    """A rate from a time on, in seconds since the run began, until the next one begins."""

    begins_s: float
    rate_rps: float


def mean_rates(timeline: Timeline) -> tuple[Rate, ...]:
    """What the stages ask for on average."""
    return tuple(Rate(window.begins_s, window.offered_rps) for window in timeline.windows)


def rates_as_they_come(scenario: Scenario, timeline: Timeline) -> tuple[Rate, ...]:
    """What really comes each second: open arrivals gather by chance, which an autoscaler sees as well.

    Closed users come evenly.
    """
    if scenario.load.arrivals.wait_for_answers:
        return mean_rates(timeline)
    return counted(open_arrivals(scenario, timeline), timeline.ends_s)


def counted(due_s: Iterable[float], ends_s: float) -> tuple[Rate, ...]:
    """Requests of each second."""
    due = Counter(int(one_s) for one_s in due_s)
    return tuple(Rate(second, due[second]) for second in range(math.ceil(ends_s)))
