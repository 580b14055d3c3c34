"""What `/metrics` shows: what was asked, how it was answered, how long it took, what the service is made of."""

import platform
from collections.abc import Iterable, Sequence

from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope

import service
from service.counters import ModelTimes, RequestTimes, ShedRequests
from service.endpoint import Endpoint, Operation
from service.hosting import Hosted

NO_ANSWER = 499
"""Status label of requests whose client left before the answer began."""


class Metrics:
    """The metrics of one application, in a registry of their own."""

    def __init__(self, hosted: Sequence[Hosted], emulate_cpu_ms: float) -> None:
        self.registry = CollectorRegistry()
        self.in_flight = 0
        self.requests = RequestTimes()
        self.models = ModelTimes(one.model.qualified_name for one in hosted)
        self.shed = ShedRequests()
        for collector in (self.requests, self.models, self.shed):
            self.registry.register(collector)
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
        build = Gauge("service_build_info", "What serves.", ("version", "python"), registry=self.registry)
        build.labels(service.__version__, platform.python_version()).set(1)
        info = Gauge("service_model_info", "Models served.", ("model", "version"), registry=self.registry)
        for one in hosted:
            info.labels(one.model.qualified_name, one.model.version).set(1)

    def expect(self, routes: Iterable[BaseRoute]) -> None:
        """Show the good and the bad answers that POST routes document before the first of them is given."""
        for route in routes:
            if isinstance(route, APIRoute) and "POST" in (route.methods or ()):
                failures = (int(status) for status in route.responses if int(status) >= 500)
                for status in (200, NO_ANSWER, *failures):
                    self.requests.expect((route.path, "POST", status))

    def endpoint(self) -> Endpoint:
        """Return the page that Prometheus reads."""

        async def answer(_scope: Scope, _receive: Receive) -> Response:
            return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

        operation = Operation("metrics", "Health", "Metrics for Prometheus", response_class=PlainTextResponse)
        return Endpoint("GET", "/metrics", answer, operation)
