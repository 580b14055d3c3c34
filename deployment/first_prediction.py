"""The proof that a deployment works: an answer that is right to the cent, over the way that the load will take."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployment.errors import DeploymentError
from deployment.request import ROOT
from deployment.waiting import Clock, wait_for

PATIENCE_S = 60.0
_ANSWER_PATIENCE_S = 5.0
_TOLERANCE = 0.01


@dataclass(frozen=True)
class Example:
    """A request whose right answer is known."""

    model: str
    record: dict[str, Any]
    answer: dict[str, float]


def wait_for_a_right_prediction(url: str, clock: Clock, root: Path = ROOT) -> str:
    """Return which model answered rightly; DeploymentError says what came instead."""
    examples = list(golden_examples(root))
    what = wait_for(lambda: _wrong(url, examples), PATIENCE_S, clock)
    if what:
        raise DeploymentError(f"no right prediction from {url} within {PATIENCE_S:g} s: {what}")
    return next(example.model for example in examples if example.model in _served(url))


def is_ready(url: str) -> bool:
    """Say whether a service wants requests."""
    try:
        _json(f"{url}/api/health/ready")
    except (OSError, ValueError):
        return False
    return True


def golden_examples(root: Path) -> Iterator[Example]:
    """Yield the first golden example of each committed model."""
    for card in sorted(root.glob("model/*/artifact/card.json")):
        name = json.loads(card.read_text(encoding="utf-8"))["qualified_name"]
        with card.with_name("examples.jsonl").open(encoding="utf-8") as lines:
            first = json.loads(next(lines))
        yield Example(name, first["request"], first["response"])


def _wrong(url: str, examples: list[Example]) -> str:
    """What is wrong with the answers, empty if nothing is."""
    try:
        served = _served(url)
        asked = [example for example in examples if example.model in served]
        if not asked:
            return f"none of its models has a golden example: it serves {', '.join(served) or 'none'}"
        return next((wrong for example in asked if (wrong := _wrong_answer(url, example))), "")
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"{type(error).__name__}: {error}"


def _served(url: str) -> list[str]:
    return [model["qualified_name"] for model in _json(f"{url}/api/models")["models"]]


def _wrong_answer(url: str, example: Example) -> str:
    answer = _json(f"{url}/api/models/{example.model}/prediction", json.dumps(example.record).encode())
    right = all(abs(answer[name] - value) <= _TOLERANCE for name, value in example.answer.items())
    return "" if right else f"{example.model} answers {answer} to {example.record}, not {example.answer}"


def _json(url: str, body: bytes | None = None) -> Any:
    """The document at a URL, asked directly: no proxy leads to this machine, or to a cluster on it."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=_ANSWER_PATIENCE_S) as answer:
        return json.loads(answer.read())
