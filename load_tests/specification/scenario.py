"""A scenario: the load we offer beside what we demand, read from YAML and refused before any load if it is wrong."""

import difflib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from load_tests.specification.errors import ScenarioError, explain, explain_yaml
from load_tests.specification.objectives import Scope, Slo
from load_tests.specification.offered_load import Load, Stage
from load_tests.specification.quantities import parse_share
from load_tests.specification.scaling import Scaling

SCENARIOS = Path(__file__).parents[1] / "scenarios"
WARM_UP = "warm-up"
WHOLE_RUN = "run"
CLUSTER = "cluster"
"""Names in reports that no stage may have."""
SLOWEST_USER_CHANGE_S = 2.0
"""Locust changes its number of users about once a second: a closed stage is in order this long after it began."""


class Scenario(BaseModel):
    """A whole scenario file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
        of_stages = (problem for stage in self.stages for problem in stage.problems(self.load))
        problems = chain(of_stages, self._name_problems(), self._load_problems(), self._scaling_problems())
        if problem := next(problems, None):
            raise ValueError(problem)
        return self

    def _name_problems(self) -> Iterator[str]:
        names = [stage.name for stage in self.stages]
        for name in names:
            if name in (WARM_UP, WHOLE_RUN, CLUSTER):
                yield f"no stage may be named {name!r}: reports use that name themselves"
            if names.count(name) > 1:
                yield f"two stages are named {name!r}: give each its own name"

    def _load_problems(self) -> Iterator[str]:
        if self.load.invalid >= 1:
            yield "load.invalid: nothing but invalid payloads tests no prediction: write less than 100%"
        if self.load.arrivals.wait_for_answers and self.load.settle < SLOWEST_USER_CHANGE_S:
            yield f"load.settle: closed stages need at least {SLOWEST_USER_CHANGE_S:g}s until all users are there"
        if not 0.5 <= self.confidence < 1:
            yield f"confidence: {self.confidence:.0%} is not from 50% to below 100%: write 95% or 99%"

    def _scaling_problems(self) -> Iterator[str]:
        if self.scaling is None:
            return
        names = [stage.name for stage in self.stages]
        if self.scaling.step not in (None, *names):
            yield f"scaling.step: no stage is named {self.scaling.step!r}: there are {', '.join(names)}"
        if self.repeat > 1:
            yield "scaling: what has grown in the first round stays so in the second: leave out `repeat`"


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
