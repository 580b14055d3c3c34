"""Lines about requests that went wrong: few of them, however much goes wrong."""

import logging
import time
from collections.abc import Callable

from service.line_limit import LineLimit
from service.logs import RequestLine

_log = logging.getLogger("service.requests")


class RequestLog:
    """Writes a line about requests that failed or were slow, the first few of every second."""

    def __init__(self, slow_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.slow_s = slow_s
        self.from_status = 400 if _log.isEnabledFor(logging.DEBUG) else 500
        self._limit = LineLimit(clock)

    def write(self, line: RequestLine) -> None:
        """Write the line, unless this second has had its share; the next one that is written counts those left out."""
        if self._limit.passes():
            _log.log(self._level(line), "%s%s", line, self._limit.left_out(), extra={"request": line})

    def _level(self, line: RequestLine) -> int:
        if line.status >= 500 and line.status != 503:
            return logging.ERROR
        return logging.WARNING if line.duration_ms >= self.slow_s * 1000 or line.status == 503 else logging.DEBUG
