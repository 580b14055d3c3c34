"""What a scenario demands: objectives on latency, errors and throughput, as written under `slo:`."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from load_tests.specification.quantities import format_duration, format_share, parse_duration, parse_rate, parse_share


class Scope(StrEnum):
    """Over which requests an objective is judged."""

    STAGE = "stage"
    RUN = "run"


@dataclass(frozen=True)
class LatencyObjective:
    """At least `percentile` % of the requests due are answered correctly within `threshold_s` of when they were due."""

    percentile: float
    threshold_s: float

    @property
    def allowed(self) -> float:
        """Share of requests that may be bad."""
        return round(1 - self.percentile / 100, 12)

    @property
    def title(self) -> str:
        """The objective in a few words."""
        return f"p{self.percentile:g} ≤ {format_duration(self.threshold_s)}"


@dataclass(frozen=True)
class ErrorObjective:
    """At most the share `allowed` of the requests due goes wrong."""

    allowed: float

    @property
    def title(self) -> str:
        """The objective in a few words."""
        return f"errors ≤ {format_share(self.allowed)}"


@dataclass(frozen=True)
class NoErrorObjective:
    """No request is seen to go wrong: a count, which proves nothing of the requests that were not seen."""

    title: ClassVar[str] = "no error seen"


@dataclass(frozen=True)
class GoodputObjective:
    """At least the share `at_least` of the requests due is answered correctly."""

    at_least: float

    @property
    def allowed(self) -> float:
        """Share of requests that may be bad."""
        return round(1 - self.at_least, 12)

    @property
    def title(self) -> str:
        """The objective in a few words."""
        return f"answered ≥ {format_share(self.at_least)}"


@dataclass(frozen=True)
class ThroughputObjective:
    """On average over its window at least `at_least_rps` correct answers a second."""

    at_least_rps: float

    @property
    def title(self) -> str:
        """The objective in a few words."""
        return f"throughput ≥ {self.at_least_rps:g}/s"


ProportionObjective = LatencyObjective | ErrorObjective | GoodputObjective
Objective = ProportionObjective | NoErrorObjective | ThroughputObjective
SMALLEST_SHARE = 1e-6
"""Proving less than one in a million takes more requests than a run has."""


class Demand(BaseModel):
    """One line under `slo:`: the objective and, in its long form, its own scope and the key it was written under."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    key: str
    objective: Objective
    scope: Scope | None = None


class Slo(BaseModel):
    """Service level objectives: a mapping such as `{p99: 100ms, errors: 0.1%, throughput: 99%}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    demands: tuple[Demand, ...] = Field(default=())

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: Any) -> Any:
        if not isinstance(written, dict):
            raise ValueError(f"{written!r} is not a mapping of objectives such as {{p99: 100ms, errors: 0.1%}}")
        return {"demands": tuple(_read_demand(str(key), value) for key, value in written.items())}

    def overridden_by(self, other: Self) -> tuple[Demand, ...]:
        """Demands of both in our order, those of `other` in place of ours where they have the same key."""
        theirs = {demand.key: demand for demand in other.demands}
        return (*(theirs.pop(demand.key, demand) for demand in self.demands), *theirs.values())


def _read_demand(key: str, written: Any) -> Demand:
    """Read `99%` as well as the long form `{limit: 99%, scope: run}`."""
    if not isinstance(written, dict):
        return Demand(key=key, objective=_read_objective(key, written))
    unknown = sorted(set(written) - {"limit", "scope"})
    if unknown or "limit" not in written:
        raise ValueError(f"{key}: write {{limit: …, scope: run}} (found {', '.join(map(str, written)) or 'nothing'})")
    if written.get("scope", "stage") not in list(Scope):
        raise ValueError(f"{key}: scope {written['scope']!r} is neither stage nor run")
    scope = Scope(written["scope"]) if "scope" in written else None
    return Demand(key=key, objective=_read_objective(key, written["limit"]), scope=scope)


def _read_objective(key: str, written: object) -> Objective:
    try:
        if match := re.fullmatch(r"p(\d{1,2}(?:\.\d+)?)", key):
            return _read_latency(float(match[1]), written)
        if key == "errors":
            return _read_errors(written)
        if key == "throughput":
            return _read_throughput(written)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None
    raise ValueError(f"unknown objective {key!r}: there are p50 … p99.9 (latency), errors and throughput")


def _read_latency(percentile: float, written: object) -> LatencyObjective:
    threshold_s = parse_duration(written)
    if percentile <= 0:
        raise ValueError("a percentile is more than zero: write one such as p99")
    if threshold_s <= 0:
        raise ValueError(f"{written!r} must be more than zero")
    if 1 - percentile / 100 < SMALLEST_SHARE:
        raise ValueError("no run has enough requests to prove such a percentile: write p99.9 or less")
    return LatencyObjective(percentile, threshold_s)


def _read_errors(written: object) -> ErrorObjective | NoErrorObjective:
    if written == "none":
        return NoErrorObjective()
    try:
        allowed = parse_share(written)
    except ValueError as error:
        raise ValueError(f"{error}, or `none`") from None
    if allowed < SMALLEST_SHARE:
        raise ValueError(f"no sample can prove {written!r}: write a share such as 0.1%, or `none` to fail on the first")
    if allowed >= 1:
        raise ValueError(f"{written!r} allows everything to go wrong: write a share below 100%")
    return ErrorObjective(allowed)


def _read_throughput(written: object) -> Objective:
    if isinstance(written, str) and re.search(r"/\s*(s|min|m|h)\s*$", written):
        at_least_rps = parse_rate(written)
        if at_least_rps <= 0:
            raise ValueError(f"{written!r} demands nothing: write a rate such as 5/s")
        return ThroughputObjective(at_least_rps)
    at_least = parse_share(written)
    if not 0 < at_least <= 1 - SMALLEST_SHARE:
        raise ValueError(f"{written!r} can never be proven by a sample: write a share below 100%, such as 99%")
    return GoodputObjective(at_least)
