"""The configuration file: which models are served, under which names and paths."""

import re
from collections import Counter
from collections.abc import Hashable
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from model.faults import Fault, faults_of, first_few, shown
from service.refusal import RefusalError

TAKEN_PATHS = ("/", "/api", "/docs", "/metrics", "/openapi.json", "/v2")
"""Paths of the service itself; an alias may be none of them and lie under none of them."""

_FORMS: dict[int | str, str] = {
    "service_title": "write a title, in quotes if it is a number",
    "models": "list at least one model",
    "qualified_name": "write small letters, digits and _, such as taxi_fare_model",
    "class_path": "write package, module and class, such as model.taxi_fare.TaxiFareModel",
    "create_endpoint": "write true or false, without quotes",
}
"""What to write for each key where its value has not the form that it must have."""
_FORM_KINDS = {"string_pattern_mismatch", "string_type", "string_too_short", "bool_type", "too_short", "tuple_type"}


def _alias(path: str) -> str:
    if not re.fullmatch(r"(/[A-Za-z0-9_.-]+)+", path):
        raise ValueError("write a plain path such as /predict")
    if path.startswith(tuple(f"{taken.rstrip('/')}/" for taken in TAKEN_PATHS[1:])) or path in TAKEN_PATHS:
        raise ValueError("the service uses this path itself; write another one such as /predict")
    return path


class Strict(BaseModel):
    """A part of the file: unknown keys and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ModelEntry(Strict):
    """One model of the file."""

    qualified_name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    """The model's name in paths and metrics; must be the one its class carries."""
    class_path: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")]
    """Where the class is: ``model.insurance_charges.InsuranceChargesModel``."""
    create_endpoint: bool
    """False loads and checks the model without giving it endpoints."""
    path: Annotated[str, AfterValidator(_alias)] | None = None
    """A second, shorter path for single predictions."""


class RestConfig(Strict):
    """The whole file."""

    service_title: Annotated[str, Field(min_length=1, max_length=200)]
    models: Annotated[tuple[ModelEntry, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _names_and_paths_are_unique(self) -> "RestConfig":
        for key, values in (
            ("qualified_name", [entry.qualified_name for entry in self.models]),
            ("path", [entry.path for entry in self.models if entry.path is not None]),
        ):
            value, count = Counter(values).most_common(1)[0] if values else ("", 0)
            if count > 1:
                raise ValueError(f"{count} models have the {key} {value!r}; give each its own")
        return self


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key written twice instead of silently taking the second."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the mapping of a node."""
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                problem = f"{key.value!r} appears twice"
                raise yaml.constructor.ConstructorError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def load_config(path: Path) -> RestConfig:
    """Read and check the file; raise `RefusalError` naming file, key, offending value and what to write instead."""
    document = _read(path)
    try:
        return RestConfig.model_validate(document)
    except ValidationError as invalid:
        advice = first_few([_advice(fault) for fault in faults_of(invalid)])
        raise RefusalError(*(f"{path}: {one}" for one in advice)) from invalid


def _read(path: Path) -> object:
    try:
        document: object = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506
        return document
    except OSError as error:
        raise RefusalError(f"{path}: {error.strerror}; set REST_CONFIG to a file that lists the models") from error
    except UnicodeDecodeError as error:
        raise RefusalError(f"{path}: not YAML: byte {error.start + 1} is no text in UTF-8") from error
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None) or str(error)
        raise RefusalError(f"{path}: not YAML: {f'line {mark.line + 1}: ' if mark else ''}{problem}") from error


def _advice(fault: Fault) -> str:
    if not fault.place:
        is_mapping = isinstance(fault.value, dict)
        return fault.message if is_mapping else f"expected service_title and models, found {shown(fault.value)}"
    keys = ", ".join((RestConfig if len(fault.place) == 1 else ModelEntry).model_fields)
    if fault.kind == "extra_forbidden":
        return f"{fault.where}: unknown key; the keys here are {keys}"
    if fault.kind == "missing":
        return f"{fault.where}: missing; the keys here are {keys}"
    remedy = _FORMS.get(fault.place[-1]) if fault.kind in _FORM_KINDS else None
    return f"{fault.where}: {remedy}, found {shown(fault.value)}" if remedy else str(fault)
