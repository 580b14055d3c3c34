"""When requests are due: Poisson arrivals for open stages, an even pace for each closed user."""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from load_tests.specification.offered_load import Arrivals
from load_tests.specification.scenario import Scenario
from load_tests.specification.timeline import Timeline


def open_arrivals(scenario: Scenario, timeline: Timeline) -> Iterator[float]:
    """Yield the due times of all requests of an open scenario, the same ones at every call."""
    if scenario.load.arrivals is Arrivals.UNIFORM:
        return uniform_arrivals(timeline)
    return poisson_arrivals(timeline, random.Random(scenario.load.seed))


def poisson_arrivals(timeline: Timeline, rng: random.Random) -> Iterator[float]:
    """Yield the due times (seconds since the run began, rising) of a Poisson process with each stage's rate.

    The process is drawn in units of its own rate (exponential gaps of mean 1) and mapped through the cumulative
    rate, so that it is exact across the borders of stages (L. Devroye, "Non-Uniform Random Variate Generation",
    chapter VI.1.3, inversion).
    """
    return _arrivals(timeline, lambda: rng.expovariate(1.0))


def uniform_arrivals(timeline: Timeline) -> Iterator[float]:
    """Yield due times at even intervals, as many a second as each stage's rate; the first comes after an interval."""
    return _arrivals(timeline, lambda: 1.0)


def _arrivals(timeline: Timeline, next_gap: Callable[[], float]) -> Iterator[float]:
    """Map gaps in units of the mean interval through the cumulative rate of the stages."""
    gap = next_gap()
    for window in timeline.windows:
        time_s = window.begins_s
        while (due_s := time_s + gap / window.offered_rps) < window.ends_s:
            yield due_s
            time_s, gap = due_s, next_gap()
        gap -= (window.ends_s - time_s) * window.offered_rps


@dataclass
class PacedUser:
    """The schedule of one closed user, who asks at even intervals and never twice at once.

    Its first request comes at a part of the interval of its own, so that users do not march in step, and that part
    comes from its number and the seed, so that a run can be repeated. When an answer takes longer than the interval the
    next request follows at once and the schedule moves on: what would have been asked meanwhile is lost, as closed
    users lose it.
    """

    timeline: Timeline
    number: int
    """Among the users of the run."""
    seed: int
    _last_due_s: float | None = field(default=None, init=False)

    @property
    def phase(self) -> float:
        """Part of the interval, from 0 to below 1, before the first request."""
        return random.Random(f"{self.seed} {self.number}").random()

    def next_due_s(self, now_s: float) -> float:
        """Due time of the next request, not before `now_s` (seconds since the run began)."""
        window = self.timeline.at(now_s)
        interval_s = 1 / window.each_rps
        if self._last_due_s is None:
            intervals = max(0, math.ceil((now_s - window.begins_s) / interval_s - self.phase))
            due_s = window.begins_s + (self.phase + intervals) * interval_s
        else:
            due_s = self._last_due_s + interval_s
        self._last_due_s = max(due_s, now_s)
        return self._last_due_s
