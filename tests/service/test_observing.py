"""Every answer says under which id its request is known; what went wrong is logged, a few lines a second."""

import logging
import re

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.hosting import Hosted
from service.line_limit import LINES_PER_S
from service.logs import RequestLine
from service.request_log import RequestLog
from service.settings import Settings
from tests.load_tests.builders import Clock
from tests.service.records import record, single_path
from tests.service.toy import CRASHES, ToyModel

SINGLE = single_path(ToyModel)


def test_an_id_that_came_with_the_request_goes_back_with_the_answer(toy: TestClient) -> None:
    for path in (SINGLE, "/nowhere", "/metrics"):
        assert toy.get(path, headers={"X-Request-ID": "client-7f"}).headers["X-Request-ID"] == "client-7f"


@pytest.mark.parametrize("sent", ["", "with space", 'quo"te', "x" * 129, "näme", "a\tb"])
def test_an_id_that_could_deceive_a_reader_of_logs_is_replaced(toy: TestClient, sent: str) -> None:
    headers = {"X-Request-ID": sent.encode("latin-1")}
    answered = toy.get("/api/health", headers=headers).headers["X-Request-ID"]  # type: ignore[arg-type]
    assert re.fullmatch(r"[0-9a-f]{16}-\d+", answered)


def test_no_two_requests_are_given_the_same_id(toy: TestClient) -> None:
    given = {toy.get("/api/health").headers["X-Request-ID"] for _ in range(100)}
    other = TestClient(create_app("Toys", [Hosted(ToyModel())], Settings())).get("/api/health").headers["X-Request-ID"]
    assert len(given | {other}) == 101


def test_good_and_refused_requests_leave_no_line(caplog: pytest.LogCaptureFixture) -> None:
    never_slow = Settings(slow_request_ms=3_600_000)
    with TestClient(create_app("Toys", [Hosted(ToyModel())], never_slow)) as client:
        client.post(SINGLE, json=record(ToyModel))
        client.post(SINGLE, json={})
        client.get("/nowhere")
    assert [one.name for one in caplog.records if one.name.startswith("service")] == []


def test_a_failed_request_leaves_a_line_that_names_its_route(toy: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    toy.post(f"{SINGLE}?secret=7", json=record(ToyModel) | {"number": CRASHES})
    [line] = [one for one in caplog.records if one.name == "service.requests"]
    assert line.levelno == logging.ERROR
    assert re.fullmatch(rf"POST {SINGLE} 500 in \d+\.\d ms", line.getMessage())


def test_a_failure_is_an_error_however_slow_it_was(caplog: pytest.LogCaptureFixture) -> None:
    slow = Settings(emulate_cpu_ms=30, slow_request_ms=20)
    with TestClient(create_app("Toys", [Hosted(ToyModel())], slow), raise_server_exceptions=False) as client:
        client.post(SINGLE, json=record(ToyModel) | {"number": CRASHES})
    [line] = [one for one in caplog.records if one.name == "service.requests"]
    assert (line.levelno, line.getMessage().split()[2]) == (logging.ERROR, "500")


def test_a_slow_request_leaves_a_line(caplog: pytest.LogCaptureFixture) -> None:
    slow = Settings(emulate_cpu_ms=30, slow_request_ms=20)
    with TestClient(create_app("Toys", [Hosted(ToyModel())], slow)) as client:
        client.post(SINGLE, json=record(ToyModel))
    [line] = [one for one in caplog.records if one.name == "service.requests"]
    assert (line.levelno, line.getMessage().split()[2]) == (logging.WARNING, "200")


def test_refused_requests_leave_a_line_at_debug_level(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "service.requests"):
        client = TestClient(create_app("Toys", [Hosted(ToyModel())], Settings()))
        client.post(SINGLE, json={})
        client.get("/made%0Aup")
    lines = [one.getMessage().split(" in ")[0] for one in caplog.records if one.name == "service.requests"]
    assert lines == [f"POST {SINGLE} 422", "GET other 404"]


def test_ten_lines_a_second_are_written_and_the_others_counted(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    log = RequestLog(1.0, clock)
    for _ in range(1000):
        log.write(RequestLine("POST", SINGLE, 503, 0.2))
    assert len(caplog.records) == LINES_PER_S
    clock.now_s = 1.0
    log.write(RequestLine("POST", SINGLE, 503, 0.2))
    log.write(RequestLine("POST", SINGLE, 503, 0.2))
    assert [one.getMessage() for one in caplog.records[LINES_PER_S:]] == [
        f"POST {SINGLE} 503 in 0.2 ms (990 before it not logged)",
        f"POST {SINGLE} 503 in 0.2 ms",
    ]
