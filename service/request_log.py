"""Lines about requests that went wrong: few of them, however much goes wrong."""

import logging
import time
from collections.abc import Callable

from service.logs import RequestLine

LINES_PER_S = 10
"""A line costs as much as a prediction. A service that sheds load must not spend on lines what it saves."""
_log = logging.getLogger("service.requests")


class RequestLog:
    """Writes a line about requests that failed or were slow, the first few of every second."""

    def __init__(self, slow_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.slow_s = slow_s
        self.from_status = 400 if _log.isEnabledFor(logging.DEBUG) else 500
        self._clock = clock
        self._second = -1
        self._written = 0
        self._left_out = 0

    def write(self, line: RequestLine) -> None:
        """Write the line, unless this second has had its share; the next one that is written counts those left out."""
        second = int(self._clock())
        if second != self._second:
            self._second, self._written = second, 0
        if self._written == LINES_PER_S:
            self._left_out += 1
            return
        left_out = f" ({self._left_out} before it not logged)" if self._left_out else ""
        self._written, self._left_out = self._written + 1, 0
        _log.log(self._level(line), "%s%s", line, left_out, extra={"request": line})

    def _level(self, line: RequestLine) -> int:
        if line.duration_ms >= self.slow_s * 1000 or line.status == 503:
            return logging.WARNING
        return logging.ERROR if line.status >= 500 else logging.DEBUG
