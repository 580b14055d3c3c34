"""What is said of scenarios that can be run, without running them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from load_tests.running.choice import Choice
from load_tests.specification.quantities import format_duration
from load_tests.specification.scenario import find
from load_tests.specification.timeline import timeline_of


@dataclass(frozen=True)
class Checked:
    """A scenario, as a program wants to know it."""

    name: str
    file: str
    lasts_s: float
    timeout_s: float
    """How long after that the last answer may come."""


def as_sentences(choices: Sequence[Choice]) -> str:
    """One line for each."""
    return "".join(f"{one.name} can be run: it takes {format_duration(one.lasts_s)}\n" for one in _checked(choices))


def as_json(choices: Sequence[Choice]) -> str:
    """A list of objects."""
    return json.dumps([asdict(one) for one in _checked(choices)]) + "\n"


def _checked(choices: Sequence[Choice]) -> list[Checked]:
    return [
        Checked(
            name=choice.scenario.name,
            file=str(find(choice.argument).resolve()),
            lasts_s=timeline_of(choice.scenario).ends_s,
            timeout_s=choice.scenario.load.timeout,
        )
        for choice in choices
    ]
