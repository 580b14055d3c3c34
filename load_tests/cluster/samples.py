"""The record of a cluster: one JSON line a look, so that nothing is lost of what was seen before something broke."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pydantic import ValidationError
from pydantic.dataclasses import dataclass

from load_tests.cluster.errors import ClusterError
from load_tests.cluster.measures import CpuCounters
from load_tests.report.part import Part

FILE_NAME = "cluster.jsonl"
FORMAT = 1
CARRIED = ("replicas", "pods", "autoscaler", "used_cores", "counters", "unreadable")
"""Parts of a look that are left out where they are as in the look before."""


@dataclass(frozen=True)
class Workload:
    """A Deployment."""

    replicas: int
    """How many pods it is to have."""
    selector: str
    """Labels of its pods."""
    container: str
    """Its first container, whose CPU is told of."""


@dataclass(frozen=True)
class Pod:
    """A pod; times are seconds since 1970 by the cluster's clock."""

    name: str
    node: str
    phase: str
    created_at: float
    restarts: int
    ready_at: float | None = None
    """Since when it is ready; None if it is not."""
    ending_at: float | None = None
    """Since when it is told to end, and gets no new connections."""
    requested_cores: float | None = None
    limit_cores: float | None = None

    @property
    def ready(self) -> bool:
        """Whether requests go to it."""
        return self.ready_at is not None and self.ending_at is None


@dataclass(frozen=True)
class Condition:
    """What an autoscaler says of itself."""

    type: str
    status: str
    reason: str
    message: str


@dataclass(frozen=True)
class Autoscaler:
    """A HorizontalPodAutoscaler on CPU; utilisation is in per cent of what pods request."""

    least: int
    most: int
    current: int
    desired: int
    target_percent: int | None = None
    seen_percent: int | None = None
    conditions: tuple[Condition, ...] = ()


class Header(Part):
    """The first line: what is watched."""

    format: int = FORMAT
    namespace: str
    deployment: str
    every_s: float
    """How often it is looked at."""


class Sample(Part):
    """One look."""

    at: float
    """Seconds since 1970 by this machine's clock."""
    problem: str = ""
    """Why nothing was seen, if nothing was."""
    ahead_s: float | None = None
    """How far the cluster's clock is ahead."""
    replicas: int | None = None
    """How many pods there are to be."""
    pods: tuple[Pod, ...] | None = None
    autoscaler: Autoscaler | None = None
    used_cores: dict[str, float] | None = None
    """By pod, from the metrics API."""
    counters: dict[str, CpuCounters] | None = None
    """By pod, from the kubelet."""
    unreadable: tuple[str, ...] | None = None
    """What of this cannot be read, and why."""
    own_cpu_s: float = 0.0
    """CPU that watching has taken so far."""


class Writer:
    """Writes a record line by line; each is on the disk before the next look."""

    def __init__(self, path: Path, header: Header) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = path.open("w", encoding="utf-8")
        self._before: Sample | None = None
        self._write(header)

    def add(self, sample: Sample) -> None:
        """Add a look, without what has not changed."""
        if sample.problem:
            self._write(sample)
            return
        same = {part: None for part in CARRIED if getattr(sample, part) == getattr(self._before, part, None)}
        self._before = sample
        self._write(sample.model_copy(update=same))

    def _write(self, line: Part) -> None:
        self._file.write(line.model_dump_json(exclude_none=True, exclude_defaults=isinstance(line, Sample)) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class ClusterRecord(Part):
    """All of a record, with every part written out in every look."""

    header: Header
    samples: tuple[Sample, ...]


def read(path: Path) -> ClusterRecord:
    """Read a record, also one that is still being written; ClusterError if there is none."""
    try:
        first, *lines = path.read_text(encoding="utf-8").split("\n")
        return ClusterRecord(header=Header.model_validate_json(first), samples=tuple(_filled(lines[:-1])))
    except (OSError, ValidationError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not written as a record is"
        raise ClusterError(f"the record of the cluster {path} cannot be read: {reason}") from None


def _filled(lines: list[str]) -> Iterator[Sample]:
    """The looks, with what was left out; the last line may be half written, and has no end then."""
    kept: dict[str, object] = {}
    for line in lines:
        sample = Sample.model_validate_json(line)
        if not sample.problem:
            kept |= {part: getattr(sample, part) for part in CARRIED if getattr(sample, part) is not None}
            sample = sample.model_copy(update=kept)
        yield sample
