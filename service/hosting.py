"""Loading the configured models: only from the allowed package, only what can be served."""

import importlib
import inspect
import logging
import math
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from model.base import RegressionModel
from service.config import ModelEntry, RestConfig
from service.refusal import RefusalError

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hosted:
    """A loaded model with what the configuration says about it."""

    model: RegressionModel
    create_endpoint: bool = True
    path: str | None = None


def load_models(config: RestConfig, package: str) -> tuple[Hosted, ...]:
    """Load every model of the configuration; raise `RefusalError` for the first that cannot be served."""
    return tuple(Hosted(_load(entry, package), entry.create_endpoint, entry.path) for entry in config.models)


def _load(entry: ModelEntry, package: str) -> RegressionModel:
    model_class = _find(entry.class_path, package)
    if model_class.qualified_name != entry.qualified_name:
        raise RefusalError(
            f"{entry.class_path} is {model_class.qualified_name!r}, not {entry.qualified_name!r}: "
            f"write qualified_name: {model_class.qualified_name}"
        )
    try:
        model = model_class()
    except Exception as error:  # whatever a model's constructor raises means that it cannot be served
        _log.debug("loading %s failed", entry.class_path, exc_info=error)
        raise RefusalError(f"{entry.class_path} cannot be loaded: {type(error).__name__}: {error}") from error
    check_schemas(model_class)
    return model


def _find(class_path: str, package: str) -> type[RegressionModel]:
    if not class_path.startswith(f"{package}."):
        raise RefusalError(f"class_path {class_path!r} is outside the package {package!r}: models live in {package}.*")
    module_name, _, class_name = class_path.rpartition(".")
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        remedy = "write package, module and class"
        raise RefusalError(f"class_path {class_path!r} leads nowhere: {error}; {remedy}") from error
    if not (inspect.isclass(found) and issubclass(found, RegressionModel)) or inspect.isabstract(found):
        raise RefusalError(f"class_path {class_path!r} is no complete RegressionModel (see model/base.py)")
    return found


def example_of(schema: type[BaseModel]) -> dict[str, Any]:
    """Return the record made of the first example of every field."""
    return {name: field.examples[0] for name, field in schema.model_fields.items() if field.examples}


def check_schemas(model_class: type[RegressionModel]) -> None:
    """Refuse a model whose documented example is no valid record, or that takes NaN or infinity for a number."""
    for schema in (model_class.input_schema, model_class.output_schema):
        example = example_of(schema)
        if not _accepts(schema, example):
            raise RefusalError(f"{schema.__name__}: the examples of its fields do not make a valid record: {example}")
        for name in example:
            if any(_accepts(schema, example | {name: value}) for value in (math.nan, math.inf, -math.inf)):
                raise RefusalError(f"{schema.__name__}.{name} accepts NaN or infinity: set allow_inf_nan=False")


def _accepts(schema: type[BaseModel], record: dict[str, Any]) -> bool:
    try:
        TypeAdapter(schema).validate_python(record, strict=True, extra="forbid")
    except ValidationError:
        return False
    return True
