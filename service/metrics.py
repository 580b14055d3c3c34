"""Prometheus metrics: what was asked, how it was answered, how long it took."""

import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.endpoint import Endpoint, Operation
from service.hosting import Hosted

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0, 5.0)
"""Fine around the 100 and 250 ms that scenarios demand: a bucket can prove nothing finer than its edges."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""Label of every unknown path and of every unknown method: a scanner must not fill the memory with series."""
NO_ANSWER = "499"
"""Status label of requests whose client left before the answer began."""
_LABELS = ("path", "method", "status")
_DURATION_HELP = "From the request's headers to the last byte of its answer."


class Durations(Collector):
    """Durations of requests by path, method and status.

    The client library's own histogram locks at every step, for threads that the service does not have; this one
    takes a tenth of its time.
    """

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], list[int]] = {}
        self._sums_s: dict[tuple[str, str, str], float] = {}

    def observe(self, labels: tuple[str, str, str], duration_s: float) -> None:
        """Count one request in the first bucket that is not below its duration."""
        counts = self._counts.get(labels)
        if counts is None:
            counts = self._counts[labels] = [0] * (len(BUCKETS_S) + 1)
            self._sums_s[labels] = 0.0
        counts[bisect_left(BUCKETS_S, duration_s)] += 1
        self._sums_s[labels] += duration_s

    def collect(self) -> Iterator[HistogramMetricFamily | CounterMetricFamily]:
        """Return what Prometheus reads; its buckets contain the smaller ones."""
        durations = HistogramMetricFamily("http_request_duration_seconds", _DURATION_HELP, labels=_LABELS)
        requests = CounterMetricFamily("http_requests", "Answered requests.", labels=_LABELS)
        edges = [str(edge_s) for edge_s in BUCKETS_S] + ["+Inf"]
        for labels, counts in self._counts.items():
            cumulated = list(accumulate(counts))
            durations.add_metric(labels, list(zip(edges, cumulated, strict=True)), self._sums_s[labels])
            requests.add_metric(labels, cumulated[-1])
        yield durations
        yield requests


class Metrics:
    """The metrics of one application, in a registry of their own."""

    def __init__(self, hosted: Sequence[Hosted], emulate_cpu_ms: float) -> None:
        self.registry = CollectorRegistry()
        self.in_flight = 0
        self._durations = Durations()
        self.registry.register(self._durations)
        self._describe(hosted, emulate_cpu_ms)
        ProcessCollector(registry=self.registry)

    def _describe(self, hosted: Sequence[Hosted], emulate_cpu_ms: float) -> None:
        in_flight = Gauge("http_requests_in_flight", "Requests being answered.", registry=self.registry)
        in_flight.set_function(lambda: self.in_flight)
        emulated = Gauge(
            "service_emulated_cpu_seconds",
            "CPU time burnt per record to stand for a heavier model.",
            registry=self.registry,
        )
        emulated.set(emulate_cpu_ms / 1000)
        info = Gauge("service_model_info", "Models served.", ("qualified_name", "version"), registry=self.registry)
        for one in hosted:
            info.labels(one.model.qualified_name, one.model.version).set(1)

    def observe(self, path: str, method: str, status: str, duration_s: float) -> None:
        """Count one request."""
        self._durations.observe((path, method, status), duration_s)

    def endpoint(self) -> Endpoint:
        """Return the page that Prometheus reads."""

        async def answer(_scope: Scope, _receive: Receive) -> Response:
            return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

        operation = Operation("metrics", "Health", "Metrics for Prometheus", response_class=PlainTextResponse)
        return Endpoint("GET", "/metrics", answer, operation)


class MetricsMiddleware:
    """Measures every request, whatever becomes of it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count how it ended."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        status = NO_ANSWER

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        start_s = time.perf_counter()
        self._metrics.in_flight += 1
        try:
            await self.app(scope, receive, watch)
        finally:
            self._metrics.in_flight -= 1
            route = scope.get("route")
            path = OTHER if route is None else route.path
            method = scope["method"] if scope["method"] in METHODS else OTHER
            self._metrics.observe(path, method, status, time.perf_counter() - start_s)
