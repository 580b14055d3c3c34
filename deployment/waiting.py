"""Waiting for something, with an end."""

import time
from collections.abc import Callable
from dataclasses import dataclass

POLL_S = 1.0


@dataclass(frozen=True)
class Clock:
    """The time, and how it passes."""

    now_s: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


REAL_CLOCK = Clock()


def wait_for(missing: Callable[[], str], patience_s: float, clock: Clock) -> str:
    """Ask again and again what is missing, until it is nothing or the time is over; return what still is."""
    ends_s = clock.now_s() + patience_s
    while (what := missing()) and clock.now_s() < ends_s:
        clock.sleep(POLL_S)
    return what
