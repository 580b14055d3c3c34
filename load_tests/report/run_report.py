"""The report of a run as data: what `run.json` holds. Its JSON schema is `docs/run.schema.json`."""

import math
from datetime import datetime
from pathlib import Path

from pydantic import Field, FiniteFloat

from load_tests.cluster.effects import Effects
from load_tests.cluster.report import ClusterReport
from load_tests.judging.judgement import Verdict
from load_tests.judging.measurement import Measurement
from load_tests.judging.spread import spread_of
from load_tests.judging.verdict import RunVerdict
from load_tests.report.objective_report import ObjectiveReport
from load_tests.report.part import Part
from load_tests.report.series import GeneratorReport, SecondsReport
from load_tests.report.stage_report import StageReport
from load_tests.specification.demands import judged_demands
from load_tests.specification.load_step import load_step_of
from load_tests.specification.scenario import Scenario
from load_tests.specification.timeline import timeline_of

FILE_NAME = "run.json"
FORMAT = 3
"""Rises when a reader of `run.json` has to know."""


class ServiceReport(Part):
    """What the service says of the model under load; empty where it does not say."""

    version: str = ""
    emulated_cpu_ms: FiniteFloat = Field(default=0.0, description="CPU time burnt on purpose at each prediction.")


class RunFacts(Part):
    """What is known of a run besides its measurement."""

    target: str = Field(description="URL that predictions were asked of.")
    started_at: datetime
    began_at: datetime | None = Field(default=None, description="When the clock was started that all times count from.")
    command: str = Field(description="Repeats the run.")
    service: ServiceReport
    versions: dict[str, str] = Field(description="Of Python, Locust and this project.")


class RunReport(Part):
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
