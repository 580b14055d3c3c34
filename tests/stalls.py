"""Measuring on a machine that stands still now and then: a hypervisor may take it away for seconds."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

T = TypeVar("T")
Fixtures = ParamSpec("Fixtures")
LOOK_S = 0.01
TRIES = 3
SHORTEST_STALL_S = 0.01
"""Enough to spoil a latency of 0.1 s that is to be right to 10 %."""


class Watch(AbstractContextManager["Watch"]):
    """Sees how long this process was kept from running at most, while it is entered."""

    longest_s = 0.0

    def __enter__(self) -> Self:
        """Begin to look."""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        looked_s, ended = time.monotonic(), False
        while not ended:
            ended = self._ended.wait(LOOK_S)
            now_s = time.monotonic()
            self.longest_s = max(self.longest_s, now_s - looked_s - LOOK_S)
            looked_s = now_s


def undisturbed(measure: Callable[[], T], stall_s: float) -> T:
    """Return the first measurement in which nothing stood still for as long as that; the third one in any case."""
    for _ in range(TRIES):
        with Watch() as watch:
            measured = measure()
        if watch.longest_s < stall_s:
            break
    return measured


def least(measure: Callable[[], float], enough: float) -> float:
    """Return the first measurement that is not above ``enough``, else the least of three: standing still only adds."""
    measured = [measure()]
    while min(measured) > enough and len(measured) < TRIES:
        measured.append(measure())
    return min(measured)


def again_if_disturbed(test: Callable[Fixtures, None]) -> Callable[Fixtures, None]:
    """Do a test again, twice at most, that failed while the machine stood still; one that merely failed has failed."""

    @wraps(test)
    def tried(*arguments: Fixtures.args, **fixtures: Fixtures.kwargs) -> None:
        for _ in range(TRIES - 1):
            watch = Watch()
            try:
                with watch:
                    test(*arguments, **fixtures)
            except AssertionError:
                if watch.longest_s < SHORTEST_STALL_S:
                    raise
            else:
                return
        test(*arguments, **fixtures)

    return tried
