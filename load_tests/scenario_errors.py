"""Turns a validation error of a scenario into lines that tell its author what to write instead."""

import difflib
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


class ScenarioError(ValueError):
    """The scenario cannot be run; the message says why and what to write instead."""


def explain(error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    """One line an error, each beginning with where it is, as in `stages[1].rate`."""
    details = error.errors()
    for detail in details:
        if detail["type"] == "too_short" and len(details) > 1:
            continue  # what was wrong in the list has been left out of it
        where = _place(detail["loc"])
        what = _what(detail, model)
        yield f"{where}: {what}" if where else what


def _place(location: tuple[int | str, ...]) -> str:
    """`stages[1].for` for ("stages", 1, "for"); the names of union members that pydantic adds are left out."""
    text = ""
    for step in location:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier() or step == "for":
            text += f".{step}" if text else step
    return text


def _what(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind = detail["type"]
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return _unknown_key(detail, model)
    if kind in ("tuple_type", "model_type", "dict_type", "model_attributes_type"):
        return f"{detail['input']!r} is not a {'list' if kind == 'tuple_type' else 'mapping'}"
    if kind == "string_pattern_mismatch":
        return f"{detail['input']!r} is not written as it must be: {detail['ctx']['pattern']}"
    return f"{detail['input']!r}: {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _unknown_key(detail: ErrorDetails, model: type[BaseModel]) -> str:
    key = str(detail["loc"][-1])
    known = _keys_at(model, detail["loc"][:-1])
    close = difflib.get_close_matches(key, known, n=1)
    return f"unknown key {key!r}: " + (f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}")


def _keys_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Keys that the file may have at `location`."""
    for step in location:
        if isinstance(step, str):
            model = _model_in(model.model_fields[step].annotation) or model
    keys = [field.alias or name for name, field in model.model_fields.items()]
    return keys if location else [key for key in keys if key not in ("name", "text")]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The pydantic model inside `Model`, `Model | None`, `tuple[Model, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)
