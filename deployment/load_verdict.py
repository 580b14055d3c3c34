"""The exit codes of load tests, as `docs/verdicts.md` has them."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError

from deployment.console import say

REFUSED = 2
INVALID = 4
_NAMES = {0: "PASS", 1: "FAIL", REFUSED: "refused", 3: "INCONCLUSIVE", INVALID: "INVALID"}
_FROM_BEST_TO_WORST = (0, 3, 1, REFUSED, INVALID)


class _Run(BaseModel):
    """What is read here of `run.json`."""

    exit_code: int


def settled(folder: Path, exit_code: int | None) -> int:
    """Return the exit code that the report and the pod agree on; a verdict that only one of them knows is none."""
    try:
        reported = _Run.model_validate_json((folder / "run.json").read_bytes()).exit_code
    except (OSError, ValidationError):
        reported = None
    if reported is not None and reported == exit_code:
        return reported
    if reported is not None:
        say_invalid(f"the report in {folder} says exit code {reported}, and the pod ended with {exit_code}")
    return INVALID


def say_invalid(reason: str) -> None:
    """Say the verdict on a run that has none of its own."""
    say(f"INVALID (exit {INVALID}): {reason}")


def worst(codes: Sequence[int]) -> int:
    """Return the exit code of several scenarios."""
    return max(codes, key=_FROM_BEST_TO_WORST.index)


def say_all(names: Sequence[str], codes: Sequence[int]) -> None:
    """Say the verdict on several scenarios."""
    code = worst(codes)
    each = ", ".join(f"{name} {_NAMES[one]}" for name, one in zip(names, codes, strict=True))
    say(f"{_NAMES[code]} (exit {code}): {each}")
