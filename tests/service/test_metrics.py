"""Every request is counted once, under labels whose number is bounded."""

import asyncio
import json
import re
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from service.app import Service, create_app
from service.counters import BUCKETS_S, ShedReason
from service.hosting import Hosted
from service.settings import Settings
from tests.conftest import ServiceFactory
from tests.service.raw_http import PATIENCE_S
from tests.service.records import JSON_HEADERS, record, single_path
from tests.service.toy import CRASHES, TOY, ToyModel

SINGLE = single_path(ToyModel)


def _count(client: TestClient, path: str, method: str, status: int) -> float:
    labels = f'{{method="{method}",path="{path}",status="{status}"}}'
    found = re.search(rf"^http_requests_total{re.escape(labels)} (.+)$", client.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_requests_are_counted_by_path_method_and_status(toy: TestClient) -> None:
    toy.post(SINGLE, json=record(ToyModel))
    toy.post(SINGLE, json=record(ToyModel))
    toy.post(SINGLE, json={})
    toy.post(SINGLE, json=record(ToyModel) | {"number": CRASHES})
    toy.get(SINGLE)
    assert _count(toy, SINGLE, "POST", 200) == 2
    assert _count(toy, SINGLE, "POST", 422) == 1
    assert _count(toy, SINGLE, "POST", 500) == 1
    assert _count(toy, SINGLE, "GET", 405) == 1


def test_durations_are_counted_in_buckets_around_100_and_250_ms(toy: TestClient) -> None:
    for _ in range(5):
        toy.post(SINGLE, json=record(ToyModel))
    labels = f'method="POST",path="{SINGLE}",status="200"'
    text = toy.get("/metrics").text
    assert f"http_request_duration_seconds_count{{{labels}}} 5.0" in text
    found = re.search(rf'^http_request_duration_seconds_bucket{{le="0.1",{labels}}} (.+)$', text, re.MULTILINE)
    assert found is not None
    assert 1 <= float(found[1]) <= 5, "not one of them was in time"
    assert {0.1, 0.25} <= set(BUCKETS_S)


def test_a_duration_on_an_edge_is_within_it(toy: TestClient) -> None:
    app = toy.app
    assert isinstance(app, Service)
    for duration_s in (0.1, 0.1000001, 7.0):
        app.metrics.requests.observe(("/edge", "GET", 200), duration_s)
    text = toy.get("/metrics").text
    for edge, contained in (("0.075", 0), ("0.1", 1), ("0.15", 2), ("5.0", 2), ("+Inf", 3)):
        line = (
            f'http_request_duration_seconds_bucket{{le="{edge}",method="GET",path="/edge",status="200"}} {contained}.0'
        )
        assert line in text
    assert 'http_request_duration_seconds_count{method="GET",path="/edge",status="200"} 3.0' in text


def test_answers_that_were_never_given_are_shown_as_zero(toy: TestClient) -> None:
    text = toy.get("/metrics").text
    for status in (200, 499, 500):
        assert f'http_requests_total{{method="POST",path="{SINGLE}",status="{status}"}} 0.0' in text


def test_time_in_the_model_is_counted_by_call_and_by_record(toy: TestClient) -> None:
    toy.post(SINGLE, json=record(ToyModel))
    toy.post(f"{SINGLE}s", json={"instances": [record(ToyModel)] * 3})
    text = toy.get("/metrics").text
    assert 'service_model_seconds_count{model="toy_model"} 2.0' in text
    assert 'service_model_records_total{model="toy_model"} 4.0' in text


def test_emulated_cpu_time_counts_as_time_in_the_model() -> None:
    with TestClient(create_app("Toys", [Hosted(ToyModel())], Settings(emulate_cpu_ms=30))) as client:
        client.post(SINGLE, json=record(ToyModel))
        text = client.get("/metrics").text
    found = re.search(r'^service_model_seconds_sum{model="toy_model"} (.+)$', text, re.MULTILINE)
    assert found is not None
    assert float(found[1]) >= 0.03
    assert "service_emulated_cpu_seconds 0.03" in text


def test_predictions_that_find_no_room_are_counted(running_service: ServiceFactory) -> None:
    service = running_service(**TOY, SERVICE_EMULATE_CPU_MS="100", SERVICE_MAX_IN_FLIGHT="1")
    body = json.dumps(record(ToyModel)).encode()

    def status(_: int) -> int:
        request = urllib.request.Request(f"{service.url}/predict", body, JSON_HEADERS)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code

    with ThreadPoolExecutor(8) as clients:
        statuses = list(clients.map(status, range(8)))
    with urllib.request.urlopen(f"{service.url}/metrics", timeout=PATIENCE_S) as answer:  # noqa: S310
        text = answer.read().decode()
    assert 1 <= statuses.count(503) == 8 - statuses.count(200)
    assert f'http_requests_shed_total{{reason="full"}} {statuses.count(503)}.0' in text
    assert f'service_model_seconds_count{{model="toy_model"}} {statuses.count(200)}.0' in text


@pytest.mark.parametrize("reason", ShedReason)
def test_requests_turned_away_are_counted_by_reason(toy: TestClient, reason: ShedReason) -> None:
    app = toy.app
    assert isinstance(app, Service)
    assert f'http_requests_shed_total{{reason="{reason}"}} 0.0' in toy.get("/metrics").text
    app.metrics.shed.count(reason)
    assert f'http_requests_shed_total{{reason="{reason}"}} 1.0' in toy.get("/metrics").text


def test_a_thousand_unknown_paths_and_methods_share_a_label(toy: TestClient) -> None:
    toy.get("/first")
    toy.request("BREW", "/first")
    series = len(toy.get("/metrics").text.splitlines())
    for number in range(1000):
        toy.get(f"/random/{number}")
        toy.request(f"M{number}", "/")
    toy.request("BREW", "/")
    grown = toy.get("/metrics").text
    assert _count(toy, "other", "GET", 404) == 1001
    assert _count(toy, "other", "other", 404) == 1
    assert _count(toy, "/", "other", 405) == 1001
    one_series_and_metrics_itself = 2 * (len(BUCKETS_S) + 1 + 2 + 1 + 2)
    assert len(grown.splitlines()) - series <= one_series_and_metrics_itself


def test_models_and_requests_in_flight_are_shown(toy: TestClient) -> None:
    text = toy.get("/metrics").text
    assert 'service_model_info{model="toy_model",version="1.2.3"} 1.0' in text
    assert re.search(r'service_build_info{python="3[.0-9]+",version="[.0-9]+"} 1.0', text)
    assert "http_requests_in_flight 1.0" in text  # this one
    assert "service_emulated_cpu_seconds 0.0" in text
    assert "process_cpu_seconds_total" in text


def test_a_client_that_leaves_is_counted_and_gets_no_answer() -> None:
    app = create_app("Toys", [Hosted(ToyModel())], Settings())
    sent: list[object] = []

    async def leave() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": SINGLE, "headers": [], "query_string": b""}
    asyncio.run(app(scope, leave, send))
    assert sent == []
    assert app.metrics.in_flight == 0
    assert _count(TestClient(app), SINGLE, "POST", 499) == 1


def test_applications_do_not_share_metrics() -> None:
    asked, other = (TestClient(create_app("Toys", [Hosted(ToyModel())], Settings())) for _ in range(2))
    asked.get("/api/health")
    assert _count(other, "/api/health", "GET", 200) == 0
