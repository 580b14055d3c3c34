"""What commands tell people: one line at a time, at once."""

import sys
import time
from collections.abc import Callable

PROGRESS_INTERVAL_S = 3.0


def say(line: str) -> None:
    """Write one line to the console, visible at once also in a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Progress:
    """Says how far something has come, but not more often than every three seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, tell: Callable[[str], None] = say) -> None:
        self._clock = clock
        self._tell = tell
        self._told_at_s = clock()

    def update(self, line: str) -> None:
        """Say the line if the last one is long enough ago."""
        if self._clock() - self._told_at_s >= PROGRESS_INTERVAL_S:
            self._told_at_s = self._clock()
            self._tell(line)
