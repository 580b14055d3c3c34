"""The capacity of one replica as `reports/capacity.json` holds it: the highest rate proven to be kept, its probes."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pydantic import Field, ValidationError

from load_tests.judging.floor import Machine
from load_tests.judging.judgement import Verdict
from load_tests.planning.search import End, Tried
from load_tests.planning.sizes import Replica
from load_tests.report.part import Part

CAPACITY_FILE = Path("reports") / "capacity.json"
FORMAT = 1
"""Rises when a reader of the file has to know."""


class Probe(Part):
    """One rate that was offered, and what came of it. Times are milliseconds, of correct answers."""

    rate_rps: float = Field(gt=0)
    confirms: bool = Field(description="Whether it was the longer probe that has to confirm what was found.")
    verdict: Verdict
    reason: str = Field(description="The verdict's reason in one sentence.")
    due: int = Field(ge=0, description="Requests due in its judged time.")
    correct: int = Field(ge=0)
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    cores_used: float | None = Field(description="By the service while it was under load; null if it does not say.")
    folder: str = Field(description="Where its reports and its scenario are.")

    @property
    def tried(self) -> Tried:
        """What the search goes by."""
        return Tried(self.rate_rps, self.verdict, self.confirms)


class Capacity(Part):
    """What a search for the capacity of one replica has found."""

    format: int = FORMAT
    scenario: str
    model: str
    model_version: str = Field(description="Empty if the service does not say.")
    emulated_cpu_ms: float = Field(description="CPU time burnt on purpose at each prediction.")
    target: str = Field(description="URL that predictions were asked of.")
    objectives: tuple[str, ...] = Field(description="What has to be kept, in words.")
    confidence: float
    resolution: float = Field(description="By how much of the rate kept the broken one may be higher.")
    kept_rps: float | None = Field(description="Highest rate proven to be kept, below all that were not; null if none.")
    confirmed: bool = Field(description="Whether a longer probe of its own has proven that.")
    broken_rps: float | None = Field(description="Lowest rate that was broken or not proven; null if none was.")
    broken_verdict: Verdict | None = Field(description="FAIL if it was proven broken, INCONCLUSIVE if not; or null.")
    ended: End = Field(description="Why the search ended.")
    reason: str = Field(description="What was found, in one sentence.")
    cpu_ms_per_request: float | None = Field(description="Of the service, beyond its idle share; null if not known.")
    idle_cores: float | None = Field(description="Used by the service without any request; null if not known.")
    limit_cores: float | None = Field(
        default=None, description="CPU that the replica may use at most; null if there is no limit, or none was said."
    )
    cpu_source: str = Field(description="Where these two come from; empty if they are not known.")
    probes: tuple[Probe, ...]
    measured_at: datetime
    machine: Machine = Field(description="That the load was offered from.")

    def replica(self) -> Replica:
        """What planning reckons with; ValueError if the search did not find it."""
        if self.kept_rps is None:
            raise ValueError(f"no rate was proven to be kept: {self.reason}")
        if not self.cpu_ms_per_request or self.idle_cores is None:
            raise ValueError("what a request costs is not known: the service does not say its CPU time in /metrics")
        return Replica(self.kept_rps, self.cpu_ms_per_request / 1000, self.idle_cores)

    def write(self, path: Path) -> None:
        """Write the file, all of it or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}")
        unfinished.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        unfinished.replace(path)


def read_capacity(path: Path = CAPACITY_FILE) -> Capacity:
    """A capacity from its file; ValueError if it holds none."""
    try:
        return Capacity.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise ValueError(f"{path} does not say what one replica takes: measure it, make capacity") from None


def in_words(titles: Sequence[str]) -> str:
    """`p99 ≤ 100 ms, errors ≤ 0.1 % and answered ≥ 99 %`."""
    *others, last = titles
    return f"{', '.join(others)} and {last}" if others else last
