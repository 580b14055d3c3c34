"""Log lines: plain or JSON, with the ids of the request they are about, and few of them however much goes wrong."""

import json
import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import Scope

REQUEST_ID = "service.request_id"
"""Where the scope of a request holds its id, as bytes."""
LINES_PER_S = 10
"""A line costs as much as a prediction. A service that sheds load must not spend on lines what it saves."""
current_request: ContextVar[Scope | None] = ContextVar("current_request", default=None)
_log = logging.getLogger("service.requests")


class LogFormat(StrEnum):
    """Whom log lines are for."""

    PLAIN = "plain"
    """People."""
    JSON = "json"
    """Programs: an object a line."""


@dataclass(frozen=True)
class Marks:
    """What tells the lines of one request from those of another; empty where there is nothing to tell."""

    request_id: str = ""
    trace_id: str = ""
    span_id: str = ""

    def __str__(self) -> str:
        return "".join(f" {name}={value}" for name, value in asdict(self).items() if value)


@dataclass(frozen=True)
class RequestLine:
    """What is said of a request: its route, never the path or query that a client made up."""

    method: str
    path: str
    status: int
    duration_ms: float

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status} in {self.duration_ms:.1f} ms"


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


class PlainFormatter(logging.Formatter):
    """Lines for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        """Return the line, the ids at its end."""
        return super().formatMessage(record) + str(marks_of(current_request.get()))


class JsonFormatter(logging.Formatter):
    """Lines for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; what it does not know of is left out."""
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **asdict(marks_of(current_request.get())),
        }
        if isinstance(line := getattr(record, "request", None), RequestLine):
            fields |= asdict(line)
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps({name: value for name, value in fields.items() if value != ""})


def marks_of(scope: Scope | None) -> Marks:
    """Return the ids of a request: of its span where it is traced, else of the W3C traceparent that came with it."""
    if scope is None:
        return Marks()
    span = trace.get_current_span().get_span_context()
    if not span.is_valid:
        sent = {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"}
        span = trace.get_current_span(TraceContextTextMapPropagator().extract(sent)).get_span_context()
    request_id = scope[REQUEST_ID].decode()
    if not span.is_valid:
        return Marks(request_id)
    return Marks(request_id, trace.format_trace_id(span.trace_id), trace.format_span_id(span.span_id))


def configure_logs(level: str, log_format: LogFormat) -> None:
    """Send every line of the process to stderr, in this format."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if log_format is LogFormat.JSON else PlainFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler])
