"""One stage of a run as the report holds it: what was due, what came of it, and how long it took."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from load_tests.judging.measurement import StageMeasurement, percentile
from load_tests.recording.outcomes import FAILURES
from load_tests.report.part import Part

NINES = 5
"""The percentile plot ends at 99.999 %."""


class LatencyReport(Part):
    """Latency of correct answers from the moment they were due, in milliseconds (nearest rank, unrounded)."""

    p50: float
    p90: float
    p95: float
    p99: float
    p99_9: float
    max: float

    @classmethod
    def of(cls, stage: StageMeasurement) -> Self | None:
        """Percentiles of a stage; None without a correct answer."""
        if not stage.latencies_s:
            return None
        p50, p90, p95, p99, p99_9, most = (
            percentile(stage.latencies_s, percent) * 1000 for percent in (50, 90, 95, 99, 99.9, 100)
        )
        return cls(p50=p50, p90=p90, p95=p95, p99=p99, p99_9=p99_9, max=most)


class StageReport(Part):
    """One stage: requests that were due after it had settled. Times are seconds since the run began."""

    name: str
    judged: bool
    begins_s: float
    judged_from_s: float
    ends_s: float
    offered_rps: float = Field(description="Requests a second the scenario asks for.")
    users: int = Field(description="Closed users; 0 for open arrivals.")
    due: int
    correct: int
    failed: dict[str, int] = Field(description="Requests that went wrong, by class.")
    dropped: int = Field(description="Requests due that the generator could not send.")
    latency_ms: LatencyReport | None
    percentiles: tuple[tuple[float, float], ...] = Field(
        description="Percent and latency in ms of correct answers, rising: the curve of the percentile plot."
    )
    lateness_p99_ms: float | None = Field(description="99th percentile of the delay from due to sent.")
    generator_cpu_share: float = Field(
        description="Mean share used of the CPU that a generator process may use, of the busiest process."
    )
    generator_paused_s: float = Field(description="How long a generator process stood still, at most, in all.")

    @classmethod
    def of(cls, stage: StageMeasurement) -> Self:
        """Report a measured stage."""
        window = stage.window
        return cls(
            name=window.name,
            judged=window.judged,
            begins_s=window.begins_s,
            judged_from_s=window.judged_from_s,
            ends_s=window.ends_s,
            offered_rps=window.offered_rps,
            users=window.users,
            due=stage.due,
            correct=stage.correct,
            failed={outcome.title: stage.counts.of(outcome) for outcome in FAILURES if stage.counts.of(outcome)},
            dropped=stage.dropped,
            latency_ms=LatencyReport.of(stage),
            lateness_p99_ms=percentile(stage.lateness_s, 99) * 1000 if stage.lateness_s else None,
            percentiles=percentile_curve(stage.latencies_s),
            generator_cpu_share=max((generator.cpu_share for generator in stage.generators), default=0.0),
            generator_paused_s=max((sum(generator.pauses_s) for generator in stage.generators), default=0.0),
        )


def percentile_curve(rising: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """Percents and latencies in milliseconds, closer together towards the end, and not beyond what was seen."""
    percents = [0.0, *(100 * (1 - 10 ** (-step / 10)) for step in range(1, 10 * NINES + 1))]
    seen = [percent for percent in percents if len(rising) * (1 - percent / 100) >= 1]
    return tuple(
        (round(percent, 5), round(percentile(rising, percent) * 1000, 3)) for percent in (*seen, 100.0) if rising
    )
