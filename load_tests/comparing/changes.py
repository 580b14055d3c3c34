"""What two runs of a scenario prove of a change between them: pure functions from their reports to better or worse.

Percentiles are compared by every pair of one replicate of each run's block bootstrap. Counts are compared by the exact
conditional test: of the k events in both runs, those of the new one are Binomial(k, r·n₁ / (r·n₁ + n₀)) if the new rate
is r times the old one, at exposures n₀ and n₁; J. Przyborowski and H. Wilenski, "Homogeneity of results in testing
samples from Poisson series", Biometrika 31 (1940). Of m objectives each is compared at a confidence of 1 − (1 − c) / m,
so that with confidence c none of the findings is wrong (Bonferroni).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from load_tests.judging import binomial
from load_tests.report.objective_report import ObjectiveReport
from load_tests.specification.objectives import LatencyObjective, Objective, ThroughputObjective

MATTERS = 1.05
"""A proven worsening by less than this factor is told, but does not fail a comparison."""
UNKNOWN = (0.0, math.inf)
"""The interval of a ratio of which nothing is known."""


class Finding(StrEnum):
    """What two runs prove of one objective."""

    BETTER = "better"
    WORSE = "worse"
    NO_PROOF = "no proof"


@dataclass(frozen=True)
class Change:
    """How what one objective is about changed from the old run to the new one."""

    where: str
    objective: Objective
    old: float
    """The percentile in seconds, the share of bad requests, or correct answers a second."""
    new: float
    low: float
    """The ratio of new to old is at least this much."""
    high: float
    """And at most this much."""

    @property
    def finding(self) -> Finding:
        """Proven once the interval excludes that nothing changed."""
        if self.worse_by_at_least > 1:
            return Finding.WORSE
        return Finding.BETTER if self.better_by_at_least > 1 else Finding.NO_PROOF

    @property
    def matters(self) -> bool:
        """Whether it is proven that it got worse, and by enough."""
        return self.worse_by_at_least >= MATTERS

    @property
    def worse_by_at_least(self) -> float:
        """The factor by which it is proven to have become worse; below 1 if it is not."""
        return _inverse(self.high) if self._more_is_better else self.low

    @property
    def better_by_at_least(self) -> float:
        """The factor by which it is proven to have become better; below 1 if it is not."""
        return self.low if self._more_is_better else _inverse(self.high)

    @property
    def _more_is_better(self) -> bool:
        return isinstance(self.objective, ThroughputObjective)


@dataclass(frozen=True)
class Count:
    """How many events were seen, in so many requests or seconds."""

    events: int
    exposure: float

    @property
    def rate(self) -> float:
        """Events a request, or a second; NaN if there was none."""
        return self.events / self.exposure if self.exposure else math.nan


def compare(
    objectives: Sequence[Objective], old: Sequence[ObjectiveReport], new: Sequence[ObjectiveReport], confidence: float
) -> tuple[Change, ...]:
    """Compare two runs, objective by objective; together the findings are right with this confidence."""
    each = 1 - (1 - confidence) / len(objectives)
    return tuple(_change(*compared, each) for compared in zip(objectives, old, new, strict=True))


def _change(objective: Objective, old: ObjectiveReport, new: ObjectiveReport, confidence: float) -> Change:
    if isinstance(objective, LatencyObjective):
        limits = percentile_ratio(_infinite(old.replicates_ms), _infinite(new.replicates_ms), confidence)
        [old_ms], [new_ms] = _infinite([old.seen_ms]), _infinite([new.seen_ms])
        return Change(old.where, objective, old_ms / 1000, new_ms / 1000, *limits)
    before, after = (_count(objective, report) for report in (old, new))
    return Change(old.where, objective, before.rate, after.rate, *rate_ratio(before, after, confidence))


def _infinite(times_ms: Iterable[float | None]) -> list[float]:
    """A report writes null for an infinite time, which JSON does not know."""
    return [math.inf if time_ms is None else time_ms for time_ms in times_ms]


def _count(objective: Objective, report: ObjectiveReport) -> Count:
    if isinstance(objective, ThroughputObjective):
        return Count(report.due - report.bad, report.measured_s)
    return Count(report.bad, report.due)


def percentile_ratio(old: Sequence[float], new: Sequence[float], confidence: float) -> tuple[float, float]:
    """Two-sided interval of the ratio of new to old, from each one's bootstrap replicates; unknown without any."""
    ratios = [_ratio(before, after) for before, after in product(old, new)]
    if not ratios:
        return UNKNOWN
    outside = math.floor((1 - confidence) / 2 * len(ratios))
    at_least, at_most = (sorted(ends) for ends in zip(*ratios, strict=True))
    return at_least[outside], at_most[-1 - outside]


def _ratio(before: float, after: float) -> tuple[float, float]:
    """What a ratio may be, at least and at most: anything, if both are infinite."""
    if not before or (math.isinf(before) and math.isinf(after)):
        return UNKNOWN
    return (after / before,) * 2


def rate_ratio(old: Count, new: Count, confidence: float) -> tuple[float, float]:
    """Two-sided exact interval of the ratio of new to old; unknown if there was no event in either."""
    together = old.events + new.events
    if not together or not old.exposure or not new.exposure:
        return UNKNOWN
    one_sided = 1 - (1 - confidence) / 2
    low = _odds(binomial.lower_limit(new.events, together, one_sided))
    high = _odds(binomial.upper_limit(new.events, together, one_sided))
    return low * old.exposure / new.exposure, high * old.exposure / new.exposure


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else math.inf


def _inverse(ratio: float) -> float:
    return 1 / ratio if ratio else math.inf
