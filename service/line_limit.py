"""Warnings and errors, few of them however much goes wrong: whoever can cause one could fill the disk with them."""

import logging
import time
from collections.abc import Callable

LINES_PER_S = 10
"""A line costs as much as a prediction. A service that sheds load must not spend on lines what it saves."""


class LineLimit:
    """Lets the first few lines of every second pass, and counts the others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._second = -1
        self._written = 0
        self._left_out = 0

    def passes(self) -> bool:
        """Say whether a line may be written."""
        second = int(self._clock())
        if second != self._second:
            self._second, self._written = second, 0
        if self._written == LINES_PER_S:
            self._left_out += 1
            return False
        self._written += 1
        return True

    def left_out(self) -> str:
        """Return what the line that passed says of those before it that did not."""
        left_out, self._left_out = self._left_out, 0
        return f" ({left_out} before it not logged)" if left_out else ""


class LimitedLines(logging.Filter):
    """Limits the warnings and errors of each logger."""

    def __init__(self) -> None:
        super().__init__()
        self._limits: dict[str, LineLimit] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a line is written."""
        if record.levelno < logging.WARNING:
            return True
        limit = self._limits.setdefault(record.name, LineLimit())
        if not limit.passes():
            return False
        record.msg = f"{record.msg}{limit.left_out()}"
        return True
