"""One objective of a run as the report holds it: the judgement, and how far its percentile is known."""

import math
from typing import Self

from pydantic import Field

from load_tests.judging.bootstrap import evenly
from load_tests.judging.judgement import Judgement, Verdict
from load_tests.judging.spread import Spread
from load_tests.report.part import Part

REPLICATES = 200
"""Percentiles of resamples that are kept of each judged percentile, for comparing runs."""


class ObjectiveReport(Part):
    """One objective, judged."""

    where: str = Field(description="The stage it is judged over, `run`, or `cluster`.")
    objective: str
    verdict: Verdict
    due: int
    bad: int
    evidence: str
    measured_s: float = Field(default=0.0, description="Length of the judged time that was measured.")
    bad_seconds: int = Field(default=0, description="Distinct seconds in which a request was due that turned out bad.")
    seen_ms: float | None = Field(
        default=None,
        description="The sample's percentile, requests not answered correctly counting as infinitely late; "
        "null if it is infinite, and for objectives that are not on latency.",
    )
    interval_ms: tuple[float | None, float | None] | None = Field(
        default=None,
        description="What that percentile may be, by a block bootstrap over seconds at the scenario's confidence; "
        "null in it is infinite.",
    )
    replicates_ms: tuple[float | None, ...] = Field(
        default=(), description="The bootstrap's percentiles, thinned and rising; null is infinite."
    )

    @classmethod
    def of(cls, judgement: Judgement, spread: Spread) -> Self:
        """Report a judgement."""
        interval = spread.percentile
        return cls(
            where=judgement.where,
            objective=judgement.objective.title,
            verdict=judgement.verdict,
            due=judgement.n,
            bad=judgement.bad,
            evidence=judgement.evidence,
            measured_s=spread.measured_s,
            bad_seconds=spread.bad_seconds,
            seen_ms=_finite_ms(interval.seen_s) if interval else None,
            interval_ms=(_finite_ms(interval.low_s), _finite_ms(interval.high_s)) if interval else None,
            replicates_ms=tuple(_finite_ms(replicate_s) for replicate_s in evenly(interval.replicates_s, REPLICATES))
            if interval and interval.replicates_s
            else (),
        )


def _finite_ms(seconds: float) -> float | None:
    """Milliseconds with four significant digits; None for what is infinite or not known."""
    return float(f"{seconds * 1000:.4g}") if math.isfinite(seconds) else None
