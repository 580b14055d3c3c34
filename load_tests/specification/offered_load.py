"""What a scenario offers: how requests arrive and what is in them, as written under `load:`, and in which stages."""

import math
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from load_tests.specification.objectives import Scope, Slo
from load_tests.specification.quantities import DurationS, PositiveDurationS, PositiveRateRps, Share, parse_duration

GRACE_S = 1.0
"""How much longer than the timeout the run waits for what is still in flight at its end."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Arrivals(StrEnum):
    """Who decides when the next request comes."""

    OPEN = "open"
    """A Poisson process of its own, which waits for nobody: the public."""
    UNIFORM = "uniform"
    """Open as well, but at even intervals: a clock, a sensor."""
    CLOSED = "closed"
    """N users, who each wait for an answer before they ask again: a batch job, a few machines."""

    @property
    def wait_for_answers(self) -> bool:
        """Whether those who ask wait for an answer before they ask again."""
        return self is Arrivals.CLOSED


class ConnectionUse(StrEnum):
    """How long a connection lives, where it is not an age."""

    REUSE = "reuse"
    PER_REQUEST = "per_request"


def _read_connections(written: object) -> object:
    if isinstance(written, str) and written in list(ConnectionUse):
        return ConnectionUse(written)
    try:
        age_s = parse_duration(written)
    except ValueError:
        age_s = 0.0
    if age_s <= 0:
        raise ValueError(f"{written!r} is none of reuse, per_request or a maximum age such as 10s")
    return age_s


class Load(_Part):
    """How requests arrive, what is in them and when they have failed."""

    arrivals: Arrivals = Arrivals.OPEN
    warmup: DurationS = 10.0
    """At the first stage's rate, never judged; seconds."""
    settle: DurationS = 5.0
    """Cut from the start of every stage; seconds."""
    timeout: PositiveDurationS = 2.0
    """An answer that takes longer is failed and late; seconds."""
    connections: Annotated[ConnectionUse | float, BeforeValidator(_read_connections)] = 10.0
    """`reuse`, `per_request` or the age in seconds after which a connection is replaced."""
    invalid: Share = 0.0
    """Share of payloads that must be refused with 422."""
    golden: Share = 0.1
    """Share of the valid payloads whose answer is known and must be right to the cent."""
    in_flight: int = Field(default=1000, ge=1, le=100_000, strict=True)
    """Most requests without an answer at a time; what is due beyond them is dropped, and counted."""
    seed: int = Field(default=7, ge=0, strict=True)

    @property
    def patience_s(self) -> float:
        """How long requests in flight are waited for when the load has ended."""
        return self.timeout + GRACE_S


class Stage(_Part):
    """A stretch of constant load: `rate` for open arrivals, `users` and `each` for closed ones."""

    name: Annotated[str, StringConstraints(pattern=r"^[\p{L}\p{N}][\p{L}\p{N} _.+-]{0,39}$")]
    rate: PositiveRateRps | None = None
    users: Annotated[int, Field(ge=1, le=10_000, strict=True)] | None = None
    each: PositiveRateRps | None = None
    lasts_s: PositiveDurationS = Field(alias="for")
    judge: bool = Field(default=True, strict=True)
    abort: bool = Field(default=False, strict=True)
    """Whether the run ends early when this stage proves an objective broken."""
    slo: Slo = Slo.model_validate({})

    @property
    def offered_rps(self) -> float:
        """Requests a second this stage asks for."""
        return self.rate if self.rate is not None else (self.users or 0) * (self.each or 0)

    def problems(self, load: Load) -> Iterator[str]:
        """What keeps the stage from being run under such a load; nothing if it can be."""
        if not self._says_its_load_for(load.arrivals):
            by_users, by_rate = "`users: 5` and `each: 1/s`, not `rate`", "`rate: 5/s`, not `users` and `each`"
            takes = by_users if load.arrivals.wait_for_answers else by_rate
            yield f"stage {self.name!r}: {load.arrivals.value} arrivals take {takes}"
        if self.lasts_s <= load.settle:
            yield (
                f"stage {self.name!r} lasts {self.lasts_s:g}s, but its first {load.settle:g}s are cut "
                "(load.settle): make it longer, or settle shorter"
            )
        if any(demand.scope is Scope.RUN for demand in self.slo.demands):
            yield f"stage {self.name!r}: an objective with `scope: run` belongs under the top level `slo`"
        if self.slo.demands and not self.judge:
            yield f"stage {self.name!r} has objectives and `judge: false`: remove one of them"
        if self.abort and not self.judge:
            yield f"stage {self.name!r} has `abort: true` and `judge: false`: remove one of them"
        hanging = math.ceil(self.offered_rps * load.timeout)
        if not load.arrivals.wait_for_answers and hanging > load.in_flight:
            yield (
                f"stage {self.name!r}: a service that hangs would leave {hanging} requests in flight, and "
                f"load.in_flight drops all beyond {load.in_flight}: raise it, or offer less"
            )

    def _says_its_load_for(self, arrivals: Arrivals) -> bool:
        by_users = self.users is not None and self.each is not None and self.rate is None
        by_rate = self.rate is not None and self.users is None and self.each is None
        return by_users if arrivals.wait_for_answers else by_rate
