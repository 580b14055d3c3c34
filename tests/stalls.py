"""A test that measures times and fails is done again if the machine stood still meanwhile: that is nobody's fault."""

import threading
import time
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import ParamSpec, Self

Parameters = ParamSpec("Parameters")

ATTEMPTS = 5
NAP_S = 0.005
LATE_S = 0.005
"""A nap that is longer by more than this was disturbed."""
MOST_LATE = 0.001
"""Largest share of naps that may be, on a machine that does nothing else."""
STALL_S = 0.1
"""A single nap that is longer by more than this disturbs everything."""


class Naps:
    """Naps for short times while something goes on, and counts those that the machine made too long."""

    def __init__(self) -> None:
        self._naps = self._late = 0
        self._longest_s = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._nap, name="naps")

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    def _nap(self) -> None:
        while not self._ended.is_set():
            began_s = time.perf_counter()
            time.sleep(NAP_S)
            late_s = time.perf_counter() - began_s - NAP_S
            self._naps += 1
            self._late += late_s > LATE_S
            self._longest_s = max(self._longest_s, late_s)

    @property
    def disturbed(self) -> bool:
        """Whether the machine did something else, or nothing at all, too often or for too long."""
        return self._late > MOST_LATE * self._naps or self._longest_s > STALL_S


def again_if_disturbed(test: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """Do a test again if it fails and was disturbed, but not for ever."""

    @wraps(test)
    def attempt(*arguments: Parameters.args, **fixtures: Parameters.kwargs) -> None:
        for _ in range(ATTEMPTS - 1):
            naps = Naps()
            try:
                with naps:
                    test(*arguments, **fixtures)
            except Exception:  # a stall may as well cut a connection or keep a file from being there
                if not naps.disturbed:
                    raise
            else:
                return
        test(*arguments, **fixtures)

    return attempt
