"""Log lines: plain or JSON, with the ids of the request they are about."""

import json
import logging
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import Scope

from service.line_limit import LimitedLines

REQUEST_ID = "service.request_id"
"""Where the scope of a request holds its id, as bytes."""
current_request: ContextVar[Scope | None] = ContextVar("current_request", default=None)


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
    """Send the lines of the process to stderr, in this format, and few of those that clients can cause."""
    handler = logging.StreamHandler()
    handler.addFilter(LimitedLines())
    handler.setFormatter(JsonFormatter() if log_format is LogFormat.JSON else PlainFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler])
