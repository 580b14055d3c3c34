"""A scenario: the load we offer beside what we demand, read from YAML and refused before any load if it is wrong."""

import difflib
import math
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from load_tests.objectives import Scope, Slo
from load_tests.quantities import (
    DurationS,
    PositiveDurationS,
    PositiveRateRps,
    Share,
    parse_duration,
    parse_share,
)
from load_tests.scaling import Scaling
from load_tests.scenario_errors import ScenarioError, explain, explain_yaml

SCENARIOS = Path(__file__).parent / "scenarios"
WARM_UP = "warm-up"
WHOLE_RUN = "run"
CLUSTER = "cluster"
"""Names in reports that no stage may have."""
SLOWEST_USER_CHANGE_S = 2.0
"""Locust changes its number of users about once a second: a closed stage is in order this long after it began."""


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

    def check_kind(self, arrivals: Arrivals) -> None:
        """Raise ValueError unless the stage says its load in the terms of `arrivals`."""
        by_users = self.users is not None and self.each is not None and self.rate is None
        by_rate = self.rate is not None and self.users is None and self.each is None
        if not (by_users if arrivals.wait_for_answers else by_rate):
            takes = (
                "`users: 5` and `each: 1/s`, not `rate`"
                if arrivals.wait_for_answers
                else "`rate: 5/s`, not `users` and `each`"
            )
            raise ValueError(f"stage {self.name!r}: {arrivals.value} arrivals take {takes}")


class Scenario(_Part):
    """A whole scenario file."""

    name: str
    """Of the file, without its ending."""
    text: str = Field(default="", repr=False)
    """The file as it was written."""
    model: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    """Qualified name of the model under load: chooses the payloads and the path."""
    path: Annotated[str, StringConstraints(pattern=r"^/")] | None = None
    """Where predictions are asked for, if not at the model's own endpoint."""
    load: Load = Load()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    slo: Slo = Slo.model_validate({})
    scope: Scope = Scope.STAGE
    repeat: Annotated[int, Field(ge=1, le=100, strict=True)] = 1
    """How many times the stages are run, one after the other; each time has to pass."""
    confidence: Annotated[float, BeforeValidator(parse_share)] = 0.95
    scaling: Scaling | None = None
    """What is demanded of the cluster."""

    @property
    def prediction_path(self) -> str:
        """Path that predictions are posted to."""
        return self.path or f"/api/models/{self.model}/prediction"

    @model_validator(mode="before")
    @classmethod
    def _name_stages(cls, written: Any) -> Any:
        if isinstance(written, dict) and isinstance(written.get("stages"), list):
            stages = [
                {"name": f"stage {number}", **stage} if isinstance(stage, dict) else stage
                for number, stage in enumerate(written["stages"], start=1)
            ]
            return {**written, "stages": stages}
        return written

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for stage in self.stages:
            stage.check_kind(self.load.arrivals)
            if stage.lasts_s <= self.load.settle:
                raise ValueError(
                    f"stage {stage.name!r} lasts {stage.lasts_s:g}s, but its first {self.load.settle:g}s are cut "
                    "(load.settle): make it longer, or settle shorter"
                )
            if any(demand.scope is Scope.RUN for demand in stage.slo.demands):
                raise ValueError(
                    f"stage {stage.name!r}: an objective with `scope: run` belongs under the top level `slo`"
                )
            if stage.slo.demands and not stage.judge:
                raise ValueError(f"stage {stage.name!r} has objectives and `judge: false`: remove one of them")
            if stage.abort and not stage.judge:
                raise ValueError(f"stage {stage.name!r} has `abort: true` and `judge: false`: remove one of them")
            if stage.name in (WARM_UP, WHOLE_RUN, CLUSTER):
                raise ValueError(f"no stage may be named {stage.name!r}: reports use that name themselves")
            hanging = math.ceil(stage.offered_rps * self.load.timeout)
            if not self.load.arrivals.wait_for_answers and hanging > self.load.in_flight:
                raise ValueError(
                    f"stage {stage.name!r}: a service that hangs would leave {hanging} requests in flight, and "
                    f"load.in_flight drops all beyond {self.load.in_flight}: raise it, or offer less"
                )
        if self.load.invalid >= 1:
            raise ValueError("load.invalid: nothing but invalid payloads tests no prediction: write less than 100%")
        names = [stage.name for stage in self.stages]
        if duplicates := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two stages are named {duplicates[0]!r}: give each its own name")
        if self.load.arrivals.wait_for_answers and self.load.settle < SLOWEST_USER_CHANGE_S:
            raise ValueError(
                f"load.settle: closed stages need at least {SLOWEST_USER_CHANGE_S:g}s until all users are there"
            )
        if not 0.5 <= self.confidence < 1:
            raise ValueError(f"confidence: {self.confidence:.0%} is not from 50% to below 100%: write 95% or 99%")
        return self

    @model_validator(mode="after")
    def _scales_once(self) -> Self:
        names = [stage.name for stage in self.stages]
        if self.scaling and self.scaling.step not in (None, *names):
            raise ValueError(f"scaling.step: no stage is named {self.scaling.step!r}: there are {', '.join(names)}")
        if self.scaling and self.repeat > 1:
            raise ValueError("scaling: what has grown in the first round stays so in the second: leave out `repeat`")
        return self


class _StrictLoader(yaml.SafeLoader):
    """YAML without the silent loss of a key that is written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a mapping that names a key twice."""
        keys: list[Any] = []
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in keys:
                line = key_node.start_mark.line + 1
                raise ScenarioError(f"line {line}: the key {key!r} is written twice in one mapping")
            keys.append(key)
        return super().construct_mapping(node, deep)


def find(name_or_path: str) -> Path:
    """Path of a scenario given by its name in `scenarios/` or by a path; ScenarioError lists what there is."""
    named = SCENARIOS / f"{name_or_path}.yaml"
    if named.is_file():
        return named
    path = Path(name_or_path)
    if path.is_file():
        return path
    if name_or_path and path.exists():
        raise ScenarioError(f"{path} is not a file: give the path of a YAML file")
    known = sorted(file.stem for file in SCENARIOS.glob("*.yaml"))
    close = difflib.get_close_matches(path.stem, known, n=1)
    meant = f"did you mean {close[0]!r}? Otherwise " if close else ""
    raise ScenarioError(
        f"no scenario {name_or_path!r}: {meant}give the path of a YAML file or one of {', '.join(known)}"
    )


def load(name_or_path: str) -> Scenario:
    """Read and validate a scenario; ScenarioError says what is wrong and what to write instead."""
    path = find(name_or_path)
    try:
        return parse(path.stem, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: not YAML: byte {error.start + 1} is no text in UTF-8") from None
    except ScenarioError as error:
        raise ScenarioError("\n".join(f"{path}: {line}" for line in str(error).splitlines())) from None


def parse(name: str, text: str) -> Scenario:
    """Validate a scenario from its text; ScenarioError says line by line what is wrong and what to write instead."""
    try:
        written = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        raise ScenarioError(f"not YAML: {explain_yaml(error)}") from None
    if not isinstance(written, dict):
        raise ScenarioError("a scenario is a mapping with the keys model, load, stages and slo")
    if own := {"name", "text"} & set(written):
        raise ScenarioError(f"unknown key {own.pop()!r}: a scenario is named after its file")
    try:
        return Scenario.model_validate({"name": name, "text": text, **written})
    except ValidationError as error:
        raise ScenarioError("\n".join(explain(error, Scenario))) from None
