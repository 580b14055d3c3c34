"""Spans go to a real collector when asked for; asked for without their packages, the service refuses to start."""

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from threading import Thread
from typing import Any

import pytest

from tests.conftest import ROOT, ServiceFactory, service_environment
from tests.service.raw_http import PATIENCE_S
from tests.service.records import JSON_HEADERS, record
from tests.service.toy import CRASHES, TOY, ToyModel

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PROBES = ("/api/health", "/metrics", "/v2/health/live", "/v2/health/ready", "/v2/models/toy_model/ready")
needs_packages = pytest.mark.skipif(
    find_spec("opentelemetry.sdk") is None, reason="tracing is not installed: pip install --group tracing"
)


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Listen as a collector does; give its address and the bodies that came."""
    bodies: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", bodies
        server.shutdown()


def spans_in(bodies: list[bytes]) -> dict[str, Any]:
    """Return spans by the trace they belong to."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest  # noqa: PLC0415

    requests = [ExportTraceServiceRequest.FromString(body) for body in bodies]
    scopes = [scope for request in requests for one in request.resource_spans for scope in one.scope_spans]
    return {span.trace_id.hex(): span for scope in scopes for span in scope.spans}


@needs_packages
def test_a_span_a_request_reaches_the_collector_as_part_of_its_trace(running_service: ServiceFactory) -> None:
    with collector() as (url, bodies):
        service = running_service(
            **TOY, SERVICE_TRACING="true", OTEL_EXPORTER_OTLP_ENDPOINT=url, SERVICE_LOG_FORMAT="json"
        )
        body = json.dumps(record(ToyModel) | {"number": CRASHES}).encode()
        marked = JSON_HEADERS | {"traceparent": f"00-{TRACE}-{SPAN}-01"}
        with pytest.raises(urllib.error.HTTPError) as failed:
            urllib.request.urlopen(urllib.request.Request(f"{service.url}/predict", body, marked), timeout=PATIENCE_S)  # noqa: S310
        failed.value.close()
        for probe in PROBES:
            urllib.request.urlopen(f"{service.url}{probe}", timeout=PATIENCE_S).close()  # noqa: S310
        service.stop()
        spans = spans_in(bodies)
    assert set(spans) == {TRACE}, "probes have no spans"
    span = spans[TRACE]
    attributes = {one.key: one.value for one in span.attributes}
    assert (span.name, span.parent_span_id.hex()) == ("POST /predict", SPAN)
    assert attributes["http.route"].string_value == "/predict"
    assert attributes["http.response.status_code"].int_value == 500
    logged = [json.loads(line) for line in service.log.splitlines()]
    assert {line["span_id"] for line in logged if line.get("trace_id") == TRACE} == {span.span_id.hex()}


def test_asked_for_without_its_packages_it_says_what_to_install() -> None:
    hidden = "import runpy, sys; sys.modules['opentelemetry.sdk.trace'] = None; "
    ended = subprocess.run(
        [sys.executable, "-c", hidden + "runpy.run_module('service', run_name='__main__')"],
        cwd=ROOT,
        env=service_environment(**TOY, SERVICE_TRACING="true"),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ended.returncode == 2
    assert re.search(
        r"^service: SERVICE_TRACING=true, but opentelemetry\.\S+ is missing: pip install", ended.stderr, re.M
    )
