"""No client holds the service up: neither by being slow, nor by being many, nor by never leaving."""

import json
import re
import socket
import time
from contextlib import ExitStack

import psutil
import pytest

from service.http_connection import MOST_AT_ONCE
from tests.conftest import RunningService, ServiceFactory
from tests.service.raw_http import (
    PATIENCE_S,
    PREDICT,
    RECORD,
    answer_of,
    ask,
    connect,
    has_ended,
    has_ended_already,
    header,
    metric,
    post,
    status,
    wait_until,
)
from tests.service.toy import TOY
from tests.service.wire import statuses, talk

HALF_A_HEAD = b"POST /predict HTTP/1.1\r\nHost: loc"
HALF_A_BODY = post(RECORD[:10], f"Content-Length: {len(RECORD)}", connection="keep-alive")
BUNDLE = b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
MAX_CONNECTIONS = 100


@pytest.fixture(scope="module")
def strict(running_service: ServiceFactory) -> RunningService:
    """Give a service that waits for nobody longer than half a second."""
    return running_service(**TOY, SERVICE_REQUEST_TIMEOUT_S="0.5")


@pytest.fixture(scope="module")
def small(running_service: ServiceFactory) -> RunningService:
    """Give a service for few connections, with all the patience there is."""
    return running_service(**TOY, SERVICE_MAX_CONNECTIONS=str(MAX_CONNECTIONS), SERVICE_REQUEST_TIMEOUT_S="3600")


@pytest.mark.parametrize("begun", [HALF_A_HEAD, HALF_A_BODY], ids=["head", "body"])
@pytest.mark.parametrize("is_first", [True, False])
def test_half_a_request_is_answered_408(strict: RunningService, begun: bytes, is_first: bool) -> None:
    with connect(strict.port) as connection:
        if not is_first:
            assert status(ask(connection)) == 200
        answer = ask(connection, begun)
        assert status(answer) == 408
        assert header(answer, "content-type") == "application/problem+json"
        assert header(answer, "connection") == "close"
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["title"] == "Request Timeout"
        assert has_ended(connection)


def test_who_speaks_the_inference_protocol_is_told_why_as_that_says(strict: RunningService) -> None:
    with connect(strict.port) as connection:
        answer = ask(connection, b"POST /v2/models/toy_model/infer HTTP/1.1\r\nHost: loc")
    problem = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert (problem["status"], problem["error"]) == (408, problem["detail"])


def test_a_request_that_comes_drop_by_drop_is_given_up(strict: RunningService) -> None:
    with connect(strict.port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            _drip(connection)


def _drip(connection: socket.socket) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        connection.sendall(b"X-Slow: 1\r\n")
        time.sleep(0.05)


def test_a_head_without_end_is_answered_431(small: RunningService) -> None:
    with connect(small.port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n" + b"X-Long: 1\r\n" * 7000)
        assert status(answer_of(connection)) == 431


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"\r\n\r\n"])
def test_a_connection_on_which_nothing_is_asked_is_closed(strict: RunningService, sent: bytes) -> None:
    with connect(strict.port) as connection:
        connection.sendall(sent)
        assert has_ended(connection)


def test_an_idle_connection_may_rest_longer_than_a_request_may_take(strict: RunningService) -> None:
    with connect(strict.port) as resting, connect(strict.port) as overdue:
        assert status(ask(resting)) == 200
        assert has_ended(overdue)
        assert status(ask(resting)) == 200


def test_a_client_that_does_not_take_its_answer_is_cut_off(strict: RunningService) -> None:
    with _deaf(strict.port) as connection:
        connection.sendall(BUNDLE * 8)
        client_port = connection.getsockname()[1]
        assert connection.recv(1) == b"H"
        wait_until(lambda: client_port not in _client_ports(strict))  # its client would only see it when reading


def test_clients_that_do_not_read_lock_nobody_out(running_service: ServiceFactory) -> None:
    """Each asks again and again, so that something is always on its way, and takes nothing in."""
    service = running_service(**TOY, SERVICE_MAX_CONNECTIONS="20", SERVICE_REQUEST_TIMEOUT_S="3600")
    with ExitStack() as opened:
        crowd = [opened.enter_context(_deaf(service.port)) for _ in range(20)]
        before = psutil.Process(service.process.pid).memory_info().rss
        for _ in range(8):
            for connection in crowd:
                _send_if_open(connection, BUNDLE)
            time.sleep(0.03)
        for _ in range(5):
            with connect(service.port) as connection:
                assert status(ask(connection)) == 200
        assert psutil.Process(service.process.pid).memory_info().rss - before < 20 * 500_000


def test_clients_that_ask_more_and_do_not_read_are_cut_off(strict: RunningService) -> None:
    with _deaf(strict.port) as connection:
        client_port = connection.getsockname()[1]
        for _ in range(8):
            _send_if_open(connection, BUNDLE)
            time.sleep(0.03)
        wait_until(lambda: client_port not in _client_ports(strict))


def _deaf(port: int) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", port))
    return connection


def _client_ports(service: RunningService) -> set[int]:
    connections = psutil.Process(service.process.pid).net_connections("tcp")
    return {connection.raddr.port for connection in connections if connection.raddr}


@pytest.mark.parametrize("begun", [b"", HALF_A_HEAD, HALF_A_BODY, PREDICT], ids=["nothing", "head", "body", "request"])
def test_a_thousand_connections_leave_room_for_others(small: RunningService, begun: bytes) -> None:
    with ExitStack() as opened:
        crowd = [opened.enter_context(connect(small.port)) for _ in range(1000)]
        for connection in crowd:
            _send_if_open(connection, begun)
        with connect(small.port) as connection:
            assert status(ask(connection)) == 200
        assert sum(map(has_ended_already, crowd)) > len(crowd) - MAX_CONNECTIONS


def _send_if_open(connection: socket.socket, data: bytes) -> None:
    try:
        connection.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        assert has_ended_already(connection)


def test_a_connection_ends_after_so_many_answers(running_service: ServiceFactory) -> None:
    service = running_service(**TOY, SERVICE_CONNECTION_MAX_ANSWERS="20")
    ends = [_answers_until_the_end(service.port) for _ in range(10)]
    assert all(15 <= count <= 20 for count in ends)
    assert len(set(ends)) > 1, "all would come back together"


def _answers_until_the_end(port: int) -> int:
    with connect(port) as connection:
        for count in range(1, 100):
            answer = ask(connection)
            assert status(answer) == 200
            if header(answer, "connection") == "close":
                assert has_ended(connection)
                return count
    raise AssertionError("it never ended")


def test_a_connection_that_is_old_ends_with_its_next_answer(running_service: ServiceFactory) -> None:
    service = running_service(**TOY, SERVICE_CONNECTION_MAX_AGE_S="0.2")
    with connect(service.port) as connection:
        time.sleep(0.3)
        answer = ask(connection)
        assert (status(answer), header(answer, "connection")) == (200, "close")


def test_answers_say_who_gave_them(small: RunningService, running_service: ServiceFactory) -> None:
    named = running_service(**TOY, SERVICE_SERVED_BY="pod-7")
    for service, name in ((small, socket.gethostname()), (named, "pod-7")):
        for request in (PREDICT, b"GET /nothing HTTP/1.1\r\n\r\n", b"no HTTP at all\r\n\r\n"):
            with connect(service.port) as connection:
                assert header(ask(connection, request), "x-served-by") == name


def test_what_is_no_http_is_a_400_problem(small: RunningService) -> None:
    with connect(small.port) as connection:
        answer = ask(connection, b"no HTTP at all\r\n\r\n")
        assert (status(answer), header(answer, "content-type")) == (400, "application/problem+json")
        assert has_ended(connection)


@pytest.mark.parametrize(
    ("sent", "refused"),
    [(HALF_A_HEAD, 408), (b"GET / HTTP/1.1\r\nX: " + 100_000 * b"a", 431), (b"no http\r\n\r\n", 400)],
    ids=["half a head", "endless head", "no http"],
)
def test_what_never_became_a_request_is_counted(strict: RunningService, sent: bytes, refused: int) -> None:
    labels = f'{{method="other",path="other",status="{refused}"}}'
    counters = (f"http_requests_total{labels}", 'http_requests_shed_total{reason="slow_client"}')
    before = [metric(strict.port, counter) for counter in counters]
    with connect(strict.port) as connection:
        assert status(ask(connection, sent)) == refused
    grown = [metric(strict.port, counter) - earlier for counter, earlier in zip(counters, before, strict=True)]
    assert grown == [1.0, float(refused == 408)]


@pytest.mark.parametrize(("sent", "known_as"), [("mine", "mine"), ("two words", None)])
@pytest.mark.parametrize("rest", [b"\x00\r\n\r\n", b"X: " + 100_000 * b"a"], ids=["no http", "endless head"])
def test_what_never_became_a_request_has_an_id(
    small: RunningService, sent: str, known_as: str | None, rest: bytes
) -> None:
    with connect(small.port) as connection:
        answer = ask(connection, f"GET / HTTP/1.1\r\nX-Request-ID: {sent}\r\nY: 1\r\n".encode() + rest)
        answered = header(answer, "x-request-id")
        assert answered == known_as or (known_as is None and re.fullmatch(r"[0-9a-f]{16}-\d+", answered or ""))


def test_requests_that_come_at_once_are_answered_one_after_the_other(small: RunningService) -> None:
    with connect(small.port) as connection:
        connection.sendall(PREDICT * 3)
        answers = b""
        while answers.count(b"double") < 3:
            answers += connection.recv(65536)
        assert answers.count(b"200 OK") == 3
        assert status(ask(connection)) == 200


def test_requests_at_once_beyond_number_are_left_off(running_service: ServiceFactory) -> None:
    service = running_service(**TOY)
    grown = [psutil.Process(service.process.pid).memory_info().rss]
    answers = talk(service.port, [b"GET / HTTP/1.1\r\n\r\n" * 13_000])
    grown.append(psutil.Process(service.process.pid).memory_info().rss)
    assert set(statuses(answers)) == {307}
    assert len(statuses(answers)) <= MOST_AT_ONCE + 1
    assert grown[1] - grown[0] < 8e6


def test_what_is_no_http_is_not_the_answer_to_a_request_before_it(small: RunningService) -> None:
    with connect(small.port) as connection:
        connection.sendall(PREDICT + b"no HTTP at all\r\n\r\n")
        assert status(answer_of(connection)) == 200
        assert has_ended(connection)


def test_head_answers_as_get_would_without_the_body(small: RunningService) -> None:
    for path in ("/api/health/ready", "/api/models", "/metrics"):
        with connect(small.port) as connection:
            connection.sendall(f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while received := connection.recv(65536):
                answer += received
        head, _, body = answer.partition(b"\r\n\r\n")
        assert (status(head), body) == (200, b"")
        assert int(header(answer, "content-length") or 0) > 0


def test_a_request_that_comes_in_pieces_is_answered(small: RunningService) -> None:
    with connect(small.port) as connection:
        for start in range(0, len(PREDICT), 40):
            connection.sendall(PREDICT[start : start + 40])
        assert status(answer_of(connection)) == 200
