"""The plan as data: what `plan.json` holds."""

from datetime import datetime
from pathlib import Path

from pydantic import Field

from load_tests.report.part import Part

FORMAT = 1


class Basis(Part):
    """What the plan reckons with."""

    kept_rps: float = Field(description="What one replica was measured to take: every objective was proven to be kept.")
    cpu_ms_per_request: float
    idle_cores: float
    emulated_cpu_ms: float = Field(description="CPU time that the service burnt on purpose when it was measured.")
    measured_at: datetime
    requested_cores: float
    limit_cores: float | None = Field(description="Null where there is no limit.")
    target_percent: int = Field(description="Utilisation that the autoscaler aimed at before the plan.")
    metrics_every_s: float
    start_s: float = Field(description="From the decision for a new pod until requests go to it.")
    uneven: float = Field(description="How much more than its fair share the busiest replica is reckoned to get.")
    spare: int = Field(description="Replicas that may fail without breaking an objective.")


class StageNeed(Part):
    """One stage, and how many replicas keep the objectives at its rate."""

    stage: str
    judged: bool
    offered_rps: float
    replicas: int
    planned_for: bool = Field(description="False for a stage that is not judged and asks for more than any that is.")


class Figure(Part):
    """Something that chance has a part in: when autoscaler and metrics server look. Null is never."""

    least: float | None
    median: float | None
    most: float | None


class Trial(Part):
    """What an autoscaler that begins with so many replicas is simulated to come to, over the whole scenario."""

    least: int = Field(description="Replicas that it begins with, and never has less of.")
    first_new_replica_s: Figure = Field(description="From the rise of the load until a new one was ready.")
    lost: Figure = Field(description="Requests that no replica could take.")
    strained: Figure = Field(description="Requests that came while there were too few replicas to keep the objectives.")
    replica_minutes: Figure
    in_time: bool = Field(description="Whether even with bad luck no more requests are strained than may be bad.")


class Plan(Part):
    """How many replicas a scenario needs."""

    format: int = FORMAT
    scenario: str
    model: str
    basis: Basis
    stages: tuple[StageNeed, ...]
    needed: int = Field(description="Replicas for the busiest stage that is planned for, none to spare.")
    may_be_bad: float = Field(description="Requests of the scenario that its tightest objective allows to be bad.")
    trials: tuple[Trial, ...]
    target_percent: int = Field(description="Utilisation to aim at, as averageUtilization: no more than there was.")
    least: int = Field(description="minReplicas, the spare included.")
    most: int = Field(description="maxReplicas.")
    why: str = Field(description="The plan in a sentence.")

    @property
    def fixed(self) -> int:
        """Replicas without an autoscaler, the spare included."""
        return self.needed + self.basis.spare

    def write(self, path: Path) -> None:
        """Write the file, all of it or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}")
        unfinished.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        unfinished.replace(path)
