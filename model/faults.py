"""What pydantic finds wrong with a file or with settings, in the words of a message for whoever wrote them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

MOST_TOLD = 5
"""Of the faults in one thing: who mends those sees the others, and a file of another kind would fill the screen."""
LONGEST_VALUE = 80


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong."""

    place: tuple[int | str, ...]
    """Keys and indices that lead to it, from the outside in."""
    kind: str
    """pydantic's name for it, such as ``missing``."""
    message: str
    value: object
    """What stands there; of what is missing, what it is missing from."""

    def __str__(self) -> str:
        has_value = self.kind not in {"missing", "json_invalid"}
        said = f"{self.message}, found {shown(self.value)}" if has_value else self.message
        return f"{self.where}: {said}" if self.place else said

    @property
    def where(self) -> str:
        """The place as in code: ``models[0].path``."""
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.place).removeprefix(".")


def faults_of(invalid: ValidationError) -> list[Fault]:
    """Return all that is wrong.

    What is unknown comes before what is missing: the missing key may be the unknown one, misspelt. A list is not too
    short for want of the items in which something is wrong.
    """
    errors = invalid.errors(include_url=False, include_context=False)
    faults = [Fault(error["loc"], error["type"], _message(error["msg"]), error["input"]) for error in errors]
    inside = {fault.place[:length] for fault in faults for length in range(len(fault.place))}
    told = [fault for fault in faults if fault.kind != "too_short" or fault.place not in inside]
    return sorted(told, key=lambda fault: fault.kind == "missing")


def first_few(said: Sequence[str]) -> list[str]:
    """Return the first of some messages, and how many more there are."""
    more = len(said) - MOST_TOLD
    return [*said[:MOST_TOLD], f"and {more} more"] if more > 0 else [*said]


def shown(value: object) -> str:
    """Return a value as a person typed it, on one line and short enough for a message."""
    text = " ".join(repr(value).split())
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _message(text: str) -> str:
    text = text.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]
