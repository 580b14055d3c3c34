"""The floor of a load generator: how late answers are by its own doing, at each rate, and what can be judged with it.

`make calibrate` measures it against a responder that does nothing (`load_tests/calibrate.py`). It holds for the
machine, the cores, and the versions of Python and Locust that it was measured with; rates are those of one process.
"""

import platform
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from load_tests.cpu_allowance import available_cores
from load_tests.specification.quantities import format_duration, format_share

FLOOR_FILE = Path("reports") / "calibration.json"
MOST_OF_THRESHOLD = 0.2
"""Largest share of the tightest threshold that the floor's p99 may take."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Machine(_Part):
    """Where a floor holds: anything else has another one."""

    host: str
    cores: float = Field(gt=0, description="Cores that its processes may use, cgroup limits included.")
    python: str
    locust: str

    def differences(self, other: "Machine") -> Iterator[str]:
        """What is not the same, in words: `python 3.11.7 instead of 3.12.1`."""
        for name in type(self).model_fields:
            if getattr(self, name) != getattr(other, name):
                yield f"{name} {getattr(self, name)} instead of {getattr(other, name)}"


class FloorRow(_Part):
    """What one process of the generator did at one rate, against a responder that does nothing."""

    offered_rps: float = Field(gt=0, description="By each process.")
    due: int = Field(ge=0, description="Of all processes.")
    p50_ms: float | None = Field(gt=0, description="Median latency from due to answered; none if nothing was answered.")
    p99_ms: float | None = Field(gt=0)
    lateness_p99_ms: float | None = Field(ge=0, description="From due to sent; none if nothing was sent.")
    cpu_share: float = Field(ge=0, description="Of the core that the process may use, mean.")
    failed: int = Field(ge=0)
    dropped: int = Field(ge=0, description="Due, and not sent.")
    kept_up: bool = Field(description="Whether it had CPU to spare, sent on time, and lost nothing.")


class Floor(_Part):
    """A calibration, as its file holds it."""

    machine: Machine
    measured_at: datetime
    processes: int = Field(ge=1, description="That offered their rates at the same time.")
    connections: str = Field(description="`reuse`, `per_request` or the age at which they were replaced.")
    rates: tuple[FloorRow, ...] = Field(min_length=1)

    def at(self, rate_rps: float) -> FloorRow | None:
        """The row of the lowest rate that is no less than `rate_rps` and was kept up with; None if there is none."""
        enough = (row for row in self.rates if row.kept_up and row.offered_rps >= rate_rps)
        return min(enough, key=lambda row: row.offered_rps, default=None)

    @property
    def highest_rps(self) -> float:
        """The highest rate that was kept up with; 0 if none was."""
        return max((row.offered_rps for row in self.rates if row.kept_up), default=0.0)

    @property
    def disturbed(self) -> bool:
        """Whether a rate was not kept up with and a higher one was: something else used the machine meanwhile."""
        return any(not row.kept_up and row.offered_rps < self.highest_rps for row in self.rates)

    def tightest_s(self, rate_rps: float) -> float | None:
        """The tightest threshold that can be judged at a rate, seconds; None if the rate is too high."""
        row = self.at(rate_rps)
        return row.p99_ms / 1000 / MOST_OF_THRESHOLD if row and row.p99_ms else None

    def write(self, path: Path) -> None:
        """Write the file, all of it or nothing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}")
        unfinished.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        unfinished.replace(path)


def this_machine() -> Machine:
    """The machine that this process runs on."""
    return Machine(
        host=platform.node(), cores=available_cores(), python=platform.python_version(), locust=version("locust")
    )


def read_floor(path: Path = FLOOR_FILE) -> Floor | None:
    """The floor of this machine, from a file; None if there is none that holds here (`why_no_floor` says why)."""
    floor = _read(path)
    return floor if isinstance(floor, Floor) else None


def why_no_floor(path: Path = FLOOR_FILE) -> str:
    """Why a file gives no floor for this machine, and what to do; empty if it does."""
    floor = _read(path)
    return "" if isinstance(floor, Floor) else floor


def _read(path: Path) -> Floor | str:
    try:
        floor = Floor.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return "the floor of this load generator is not known: measure it with `make calibrate`"
    except (OSError, ValidationError) as error:
        wrong = str(error).splitlines()[0]
        return f"{path} holds no floor of a load generator ({wrong}): measure it again with `make calibrate`"
    if differences := ", ".join(floor.machine.differences(this_machine())):
        return f"{path} was measured elsewhere ({differences}): measure it here with `make calibrate`"
    return floor


def floor_problem(stage_name: str, rate_per_process_rps: float, tightest_s: float, floor: Floor) -> Iterator[str]:
    """Say so if a process of this generator is too slow for a rate, or too coarse for a threshold at that rate."""
    row = floor.at(rate_per_process_rps)
    if row is None:
        yield (
            f"{stage_name}: {rate_per_process_rps:g}/s per process is more than this generator kept up with when it "
            f"was calibrated ({floor.highest_rps:g}/s): offer less per process (--processes N), or calibrate again on "
            "an idle machine (make calibrate)"
        )
    elif row.p99_ms is not None and row.p99_ms / 1000 > MOST_OF_THRESHOLD * tightest_s:
        yield (
            f"{stage_name}: the generator alone takes {format_duration(row.p99_ms / 1000)} (p99 at "
            f"{row.offered_rps:g}/s), more than {format_share(MOST_OF_THRESHOLD)} of the threshold of "
            f"{format_duration(tightest_s)}: offer less per process (--processes N), use a faster or idler machine and "
            "calibrate it, or demand no less than "
            f"{format_duration(row.p99_ms / 1000 / MOST_OF_THRESHOLD)}"
        )
