"""Golden examples: requests with the answers of one artifact, edges of every range included."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel

from model.artifact import GoldenExample

DRAWN_EXAMPLES = 64


def golden_requests(draw: Callable[[np.random.Generator], BaseModel], seed: int) -> list[BaseModel]:
    """Draw requests, then put every edge value of every field into one more of them."""
    generator = np.random.default_rng(seed)
    drawn = [draw(generator) for _ in range(DRAWN_EXAMPLES)]
    schema = type(drawn[0])
    properties: dict[str, dict[str, Any]] = schema.model_json_schema()["properties"]
    edges = [(name, value) for name, rules in properties.items() for value in edge_values(rules)]
    return drawn + [schema.model_validate({**draw(generator).model_dump(), name: value}) for name, value in edges]


def edge_values(rules: dict[str, Any]) -> list[object]:
    """Return the extreme values that a field's JSON schema allows: both ends, or all of a few choices."""
    if "enum" in rules:
        return list(rules["enum"])
    if rules["type"] == "boolean":
        return [False, True]
    if "minimum" in rules:
        return [rules["minimum"], rules["maximum"]]
    if "minLength" in rules:
        return ["x" * rules["minLength"], "x" * rules["maxLength"]]
    return []


def golden_lines(requests: Sequence[BaseModel], answers: Sequence[BaseModel]) -> bytes:
    """Write one example a line."""
    examples = [
        GoldenExample(request=request.model_dump(), response=answer.model_dump())
        for request, answer in zip(requests, answers, strict=True)
    ]
    return "".join(f"{example.model_dump_json()}\n" for example in examples).encode()
