"""Quantities as people write them in a scenario: `20s`, `100ms`, `5/s`, `0.1%`, `1/6`.

A bare number is refused: `100` could be seconds or milliseconds, and guessing wrong gives a wrong verdict.
"""

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator

_SECONDS = {"ms": Fraction(1, 1000), "s": Fraction(1), "m": Fraction(60), "min": Fraction(60), "h": Fraction(3600)}
_PER_SECOND = {"s": Fraction(1), "m": Fraction(1, 60), "min": Fraction(1, 60), "h": Fraction(1, 3600)}
_NUMBER = r"(\d+(?:\.\d+)?)"


def parse_duration(text: object) -> float:
    """Seconds in `250ms`, `20s`, `2m` or `1h`; ValueError names the value and what to write instead."""
    match = re.fullmatch(_NUMBER + r"\s*(ms|s|min|m|h)", _as_text(text))
    if match is None:
        raise ValueError(f"{text!r} is not a duration: write a number with its unit, such as 250ms, 20s, 2m or 1h")
    return float(Fraction(match[1]) * _SECONDS[match[2]])


def parse_rate(text: object) -> float:
    """Events per second in `5/s`, `300/min` or `1000/h`."""
    match = re.fullmatch(_NUMBER + r"\s*/\s*(s|min|m|h)", _as_text(text))
    if match is None:
        raise ValueError(f"{text!r} is not a rate: write how many per unit of time, such as 5/s or 300/min")
    return float(Fraction(match[1]) * _PER_SECOND[match[2]])


def parse_share(text: object) -> float:
    """Fraction (0 to 1) in `0.1%` or `1/6`."""
    share = _fraction_of(_as_text(text))
    if share is None or share > 1:
        raise ValueError(
            f"{text!r} is not a share of 1: write a percentage up to 100% or a fraction, such as 1% or 1/6"
        )
    return float(share)


def _fraction_of(text: str) -> Fraction | None:
    if match := re.fullmatch(_NUMBER + r"\s*%", text):
        return Fraction(match[1]) / 100
    if (match := re.fullmatch(r"(\d+)\s*/\s*(\d+)", text)) and int(match[2]) > 0:
        return Fraction(int(match[1]), int(match[2]))
    return None


def _as_text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _positive(parse: Callable[[object], float]) -> Callable[[object], float]:
    def parse_positive(text: object) -> float:
        number = parse(text)
        if number <= 0:
            raise ValueError(f"{text!r} must be more than zero")
        return number

    return parse_positive


DurationS = Annotated[float, BeforeValidator(parse_duration)]
PositiveDurationS = Annotated[float, BeforeValidator(_positive(parse_duration))]
PositiveRateRps = Annotated[float, BeforeValidator(_positive(parse_rate))]
Share = Annotated[float, BeforeValidator(parse_share)]


def format_duration(seconds: float) -> str:
    """`250 ms`, `20 s`, `2 min 30 s`, `3 h 20 min`: as short as it can be said exactly enough for a person."""
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    if seconds < 120:
        return f"{seconds:.4g} s"
    if seconds < 7200:
        return _in_two(math.ceil(seconds), 60, "min", "s")
    if seconds < 172_800:
        return _in_two(math.ceil(seconds / 60), 60, "h", "min")
    return _in_two(math.ceil(seconds / 3600), 24, "days", "h")


def _in_two(count: int, in_one: int, larger: str, smaller: str) -> str:
    whole, rest = divmod(count, in_one)
    return f"{whole} {larger} {rest} {smaller}" if rest else f"{whole} {larger}"


def format_share(share: float) -> str:
    """`0.1 %`, `0.633 %`: a fraction as a percentage with three significant digits."""
    return f"{share * 100:.3g} %"


def format_users(users: int) -> str:
    """`1 user`, `20 users`."""
    return "1 user" if users == 1 else f"{users} users"
