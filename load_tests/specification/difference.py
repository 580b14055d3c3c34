"""In what two scenarios differ, key by key as their authors wrote them; names of files and comments do not count."""

import json
from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import BaseModel

from load_tests.specification.objectives import Slo
from load_tests.specification.offered_load import Stage
from load_tests.specification.scenario import Scenario

NOT_LOAD = ("name", "text")
Leaves = dict[str, tuple[object, str]]
"""What a scenario says at each key, as it is understood and as it is written."""


def differences(old: Scenario, new: Scenario) -> list[str]:
    """One line a key that differs, such as `stages.peak.rate: 80/s against 60/s`; empty if the load is the same."""
    ours, theirs = _leaves_of(old), _leaves_of(new)
    nothing = (None, "nothing")
    found: list[str] = []
    for key in dict.fromkeys((*ours, *theirs)):
        (understood, written), (other, other_written) = ours.get(key, nothing), theirs.get(key, nothing)
        if understood != other and not (key.startswith("stages.") and ours["stages"] != theirs["stages"]):
            found.append(f"{key}: {written} against {other_written}")
    return found


def _leaves_of(scenario: Scenario) -> Leaves:
    written = yaml.safe_load(scenario.text)
    keys = [key for key in Scenario.model_fields if key not in NOT_LOAD]
    return dict(leaf for key in keys for leaf in _leaves(getattr(scenario, key), written.get(key), key))


def _leaves(part: object, written: Any, path: str) -> Iterator[tuple[str, tuple[object, str]]]:
    """Walk through a part as it is understood and, beside it, as it is written."""
    by_key = written if isinstance(written, dict) else {}
    match part:
        case Slo():
            for demand in part.demands:
                yield f"{path}.{demand.key}", (demand, _shown(by_key[demand.key]))
        case BaseModel():
            for name, field in type(part).model_fields.items():
                key = field.alias or name
                yield from _leaves(getattr(part, name), by_key.get(key), f"{path}.{key}")
        case tuple():
            yield from _stages(part, written, path)
        case _:
            yield path, (part, "its default" if written is None else _shown(written))


def _stages(stages: tuple[Stage, ...], written: list[Any], path: str) -> Iterator[tuple[str, tuple[object, str]]]:
    names = tuple(stage.name for stage in stages)
    yield path, (names, ", ".join(names))
    for stage, text in zip(stages, written, strict=True):
        yield from _leaves(stage, text, f"{path}.{stage.name}")


def _shown(written: object) -> str:
    """`80/s`, `false`, `{"limit": "99%", "scope": "run"}`."""
    return written if isinstance(written, str) else json.dumps(written, ensure_ascii=False)
