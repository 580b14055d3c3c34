"""The clock of a run: seconds since it began."""

import time
from collections.abc import Callable


class RunClock:
    """Tells the seconds since it was started; a call is a reading.

    Parameters
    ----------
    clock : callable
        Seconds since any moment, never going back.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._began = clock()

    def start(self) -> None:
        """Set it to zero."""
        self._began = self._clock()

    def __call__(self) -> float:
        """Seconds since it was started."""
        return self._clock() - self._began
