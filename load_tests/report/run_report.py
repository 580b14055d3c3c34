"""The report of a run as data: what `run.json` holds. Its JSON schema is `docs/run.schema.json`."""

import math
from datetime import datetime
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from load_tests.bootstrap import evenly
from load_tests.cluster.effects import Effects
from load_tests.cluster.report import ClusterReport
from load_tests.demands import judged_demands
from load_tests.judgement import Judgement, Verdict
from load_tests.load_step import load_step_of
from load_tests.measurement import Measurement, StageMeasurement, percentile
from load_tests.outcomes import FAILURES
from load_tests.report.series import GeneratorReport, SecondsReport, percentile_curve
from load_tests.scenario import Scenario
from load_tests.spread import Spread, spread_of
from load_tests.timeline import timeline_of
from load_tests.verdict import RunVerdict

FILE_NAME = "run.json"
FORMAT = 3
"""Rises when a reader of `run.json` has to know."""
REPLICATES = 200
"""Percentiles of resamples that are kept of each judged percentile, for comparing runs."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LatencyReport(_Part):
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


class StageReport(_Part):
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


class ObjectiveReport(_Part):
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


class ServiceReport(_Part):
    """What the service says of the model under load; empty where it does not say."""

    version: str = ""
    emulated_cpu_ms: FiniteFloat = Field(default=0.0, description="CPU time burnt on purpose at each prediction.")


class RunFacts(_Part):
    """What is known of a run besides its measurement."""

    target: str = Field(description="URL that predictions were asked of.")
    started_at: datetime
    began_at: datetime | None = Field(default=None, description="When the clock was started that all times count from.")
    command: str = Field(description="Repeats the run.")
    service: ServiceReport
    versions: dict[str, str] = Field(description="Of Python, Locust and this project.")


class RunReport(_Part):
    """A whole run."""

    format: int = FORMAT
    verdict: Verdict
    exit_code: int
    reason: str = Field(description="The verdict's reason in one sentence.")
    invalid_because: tuple[str, ...]
    scenario: str
    model: str
    confidence: float
    facts: RunFacts
    ended_after_s: float
    ended_early: str = Field(description="Why the run ended before its last stage did; empty if it did not.")
    objectives: tuple[ObjectiveReport, ...]
    scaling: tuple[ObjectiveReport, ...] = Field(default=(), description="What is demanded of the cluster, judged.")
    stages: tuple[StageReport, ...]
    seconds: SecondsReport
    generators: tuple[GeneratorReport, ...]
    cluster: ClusterReport | None = Field(default=None, description="Null if nobody watched it.")
    effects: Effects | None = Field(default=None, description="What the cluster came to.")
    failures: dict[str, int] = Field(description="Over the whole run, warm-up and settling included, by what was seen.")
    scenario_text: str = Field(description="The scenario file as it was run.")

    @property
    def judged(self) -> tuple[ObjectiveReport, ...]:
        """All that the verdict is on."""
        return (*self.objectives, *self.scaling)

    def write(self, folder: Path) -> Path:
        """Write `run.json` into a folder, all of it or nothing; the path it has then."""
        path = folder / FILE_NAME
        unfinished = folder / f".{FILE_NAME}"
        unfinished.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        return unfinished.replace(path)


def report_of(
    scenario: Scenario, measurement: Measurement, verdict: RunVerdict, failures: dict[str, int], facts: RunFacts
) -> RunReport:
    """Put together the report of a judged run."""
    timeline = timeline_of(scenario)
    demands = judged_demands(scenario, timeline)
    step = load_step_of(scenario, timeline)
    late_after_s = step.objective.threshold_s if step and step.objective else math.inf
    return RunReport(
        verdict=verdict.verdict,
        exit_code=verdict.verdict.exit_code,
        reason=verdict.reason,
        invalid_because=verdict.invalid_because,
        scenario=scenario.name,
        model=scenario.model,
        confidence=scenario.confidence,
        facts=facts,
        ended_after_s=measurement.ended_s,
        objectives=tuple(
            ObjectiveReport.of(judgement, spread_of(demand, measurement, scenario))
            for demand, judgement in zip(demands, verdict.judgements, strict=True)
        ),
        ended_early=_why_early(measurement),
        stages=tuple(StageReport.of(stage) for stage in measurement.stages),
        seconds=SecondsReport.of(measurement, late_after_s),
        generators=tuple(GeneratorReport.of(generator) for generator in measurement.generators),
        failures=failures,
        scenario_text=scenario.text,
    )


def _why_early(measurement: Measurement) -> str:
    if measurement.stopped_by:
        return f"stopped by {measurement.stopped_by}"
    early = measurement.broken_early
    return f"{early.where}: {early.objective.title} was broken beyond doubt" if early else ""
