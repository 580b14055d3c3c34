"""OpenTelemetry, for those who ask for it: one span a request, sent where the standard OTEL_* variables say."""

from opentelemetry import propagate, trace
from opentelemetry.propagators.textmap import Getter
from opentelemetry.trace import SpanKind, StatusCode
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import service
from service.refusal import RefusalError

UNTRACED = ("/api/health", "/metrics", "/v2/health")
"""Asked every few seconds by machines; their spans would only hide the others."""


def load_tracer(title: str) -> trace.Tracer:
    """Return a tracer whose spans are exported in batches; raise `RefusalError` where its packages are missing."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        raise RefusalError(
            f"SERVICE_TRACING=true, but {error.name} is missing: pip install --group tracing, or do not set it"
        ) from error
    described = Resource({"service.name": title, "service.version": service.__version__})
    provider = TracerProvider(resource=described.merge(OTELResourceDetector().detect()))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer: trace.Tracer = provider.get_tracer("service", service.__version__)
    return tracer


def is_untraced(path: str) -> bool:
    """Say whether a path is asked by machines alone."""
    return path.startswith(UNTRACED) or (path.startswith("/v2/models/") and path.endswith("/ready"))


class TracingMiddleware:
    """Puts a span around every request, as a part of the trace that its traceparent names."""

    def __init__(self, app: ASGIApp, tracer: trace.Tracer) -> None:
        self.app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on inside a span."""
        if scope["type"] != "http" or is_untraced(scope["path"]):
            await self.app(scope, receive, send)
        else:
            await self._trace(scope, receive, send)

    async def _trace(self, scope: Scope, receive: Receive, send: Send) -> None:
        parent = propagate.extract(Headers(scope=scope), getter=_Header())
        with self._tracer.start_as_current_span(scope["method"], parent, SpanKind.SERVER) as span:

            async def watch(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            span.set_attribute("http.request.method", scope["method"])
            await self.app(scope, receive, watch)
            if route := scope.get("route"):
                span.set_attribute("http.route", route.path)
                span.update_name(f"{scope['method']} {route.path}")


class _Header(Getter[Headers]):
    def get(self, carrier: Headers, key: str) -> list[str] | None:
        return carrier.getlist(key) or None

    def keys(self, carrier: Headers) -> list[str]:
        return carrier.keys()
