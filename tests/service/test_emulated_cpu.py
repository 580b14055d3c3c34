"""A model that stands for a heavier one takes the CPU time it is told to, and everybody can see that it does."""

import json
import urllib.request

import pytest

from benchmarks.cpu_clock import main_thread_cpu_s, process_cpu_s
from service.openapi import COMMITTED
from tests.conftest import RunningService, ServiceFactory
from tests.service.records import JSON_HEADERS, MODELS, batch_path, record, single_path
from tests.service.toy import NEVER_SLOW
from tests.stalls import again_if_disturbed

EMULATED_MS = 20
RECORDS = 30
INSURANCE = MODELS[0]
ONE = json.dumps(record(INSURANCE)).encode()
MANY = json.dumps({"instances": [record(INSURANCE)] * 3}).encode()
INFER = f"/v2/models/{INSURANCE.qualified_name}/infer"
DOCUMENTED = json.loads(COMMITTED.read_text(encoding="utf-8"))["paths"][INFER]["post"]["requestBody"]["content"]
TWO_AS_TENSORS = json.dumps(DOCUMENTED["application/json"]["examples"]["example"]["value"]).encode()


@pytest.fixture(scope="module")
def heavy(running_service: ServiceFactory) -> RunningService:
    patient = {"SERVICE_MAX_COMPUTE_MS": "600000", "SERVICE_MAX_WAIT_MS": "600000"}
    return running_service(SERVICE_EMULATE_CPU_MS=str(EMULATED_MS), **patient)


def ask(url: str, body: bytes | None = None) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, body, JSON_HEADERS), timeout=30) as answer:  # noqa: S310
        return str(answer.read().decode())


@again_if_disturbed
@pytest.mark.parametrize(
    ("path", "body", "records"),
    [(single_path(INSURANCE), ONE, 1), (batch_path(INSURANCE), MANY, 3), (INFER, TWO_AS_TENSORS, 2)],
)
def test_a_record_takes_the_cpu_time_asked_for(heavy: RunningService, path: str, body: bytes, records: int) -> None:
    before_s = computing_cpu_s(heavy)
    for _ in range(RECORDS // records):
        ask(heavy.url + path, body)
    took_ms = (computing_cpu_s(heavy) - before_s) * 1000 / RECORDS
    assert 0.9 * EMULATED_MS <= took_ms <= 1.1 * EMULATED_MS


def computing_cpu_s(service: RunningService) -> float:
    """CPU time of all threads but the one that speaks HTTP: so heavy a prediction has a thread of its own."""
    return process_cpu_s(service.process.pid) - main_thread_cpu_s(service.process.pid)


def test_it_shows_wherever_somebody_may_look(heavy: RunningService) -> None:
    metadata = json.loads(ask(f"{heavy.url}/api/models/{INSURANCE.qualified_name}/metadata"))
    assert metadata["emulate_cpu_ms"] == EMULATED_MS
    assert f"service_emulated_cpu_seconds {EMULATED_MS / 1000}" in ask(f"{heavy.url}/metrics")
    tensors = json.loads(ask(f"{heavy.url}/v2/models/{INSURANCE.qualified_name}"))
    assert tensors["parameters"] == {"emulate_cpu_ms": EMULATED_MS}
    said = "each predicted record burns 20 ms of CPU time to stand for a heavier model"
    assert said in json.loads(ask(f"{heavy.url}/openapi.json"))["info"]["description"]
    assert f"WARNING service.app: SERVICE_EMULATE_CPU_MS=20: {said}" in heavy.log


def test_in_earnest_nothing_is_said_of_it(running_service: ServiceFactory) -> None:
    service = running_service(**NEVER_SLOW)
    assert "heavier" not in json.loads(ask(f"{service.url}/openapi.json"))["info"]["description"]
    assert "WARNING" not in service.log
