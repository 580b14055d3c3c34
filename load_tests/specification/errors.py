"""Turns a validation error of a scenario into lines that tell its author what to write instead."""

import difflib
from collections.abc import Iterator
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_FORMS = {
    "model": "write a qualified name such as insurance_charges_model",
    "path": "write a path that begins with /, such as /predict",
    "name": "begin with a letter or a digit, and write up to 40 of them, blanks, and any of . _ + -",
}
"""In words, what the pattern of a key asks for."""


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


def explain_yaml(error: yaml.YAMLError) -> str:
    """Where a text stops being YAML, and why, in one line."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return " ".join(str(error).split())
    mark, problem = error.problem_mark, error.problem or ""
    if r"'\t'" in problem:
        problem = "found a tab: indent with spaces"
    why = ", ".join(part for part in (error.context, problem) if part)
    return f"line {mark.line + 1}, column {mark.column + 1}: {why}"


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
    return f"{detail['input']!r}{_wrong_value(detail)}"


def _wrong_value(detail: ErrorDetails) -> str:
    """What is said of a value behind the value itself."""
    match detail["type"]:
        case "tuple_type":
            return " is not a list"
        case "model_type" | "dict_type" | "model_attributes_type":
            return " is not a mapping"
        case "string_pattern_mismatch":
            return f" is not written as it must be: {_FORMS[str(detail['loc'][-1])]}"
        case "string_type" if isinstance(detail["input"], bool | int | float):
            return " is no text: put it in quotes"
        case "bool_type":
            return " is neither true nor false: write one of them, without quotes"
    return f": {detail['msg'][0].lower()}{detail['msg'][1:]}"


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
