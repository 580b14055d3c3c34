"""The records of a model under load: where they come from, and how its answers are checked."""

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load_tests.specification.errors import ScenarioError

Record = dict[str, Any]


@dataclass(frozen=True)
class PayloadSource:
    """What `load_tests/payloads/<model>.py` names `SOURCE`.

    To put a model of your own under load, write such a module for it.
    """

    generate: Callable[[int, int], list[Record]]
    """`generate(count, seed)`: valid records, the same ones for the same seed."""
    answer_field: str
    """The one field of an answer: a number, not below zero."""
    golden_examples: Path
    """JSON lines `{"request": record, "response": answer}`: requests whose right answer is known."""

    def read_golden_examples(self) -> list[tuple[Record, float]]:
        """Records with the value their answer must have."""
        try:
            lines = self.golden_examples.read_text(encoding="utf-8").splitlines()
            examples = [json.loads(line) for line in lines]
            return [(example["request"], float(example["response"][self.answer_field])) for example in examples]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ScenarioError(
                f"golden examples {self.golden_examples}: {error!r}; train the model, or set load.golden to 0%"
            ) from None


def source_for(model: str) -> PayloadSource:
    """The payload source of a model, by its qualified name; ScenarioError says which module is missing."""
    name = f"load_tests.payloads.{model}"
    try:
        source = importlib.import_module(name).SOURCE
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        there = sorted(path.stem for path in Path(__file__).parent.glob("*_model.py"))
        raise ScenarioError(
            f"model {model!r} has no payloads: write load_tests/payloads/{model}.py (there are {', '.join(there)})"
        ) from None
    except AttributeError:
        raise ScenarioError(f"load_tests/payloads/{model}.py defines no SOURCE") from None
    if not isinstance(source, PayloadSource):
        raise ScenarioError(f"load_tests/payloads/{model}.py: SOURCE is no PayloadSource but {source!r}")
    return source
