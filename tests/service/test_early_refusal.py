"""While there is no room for predictions, those who ask for one are refused at once, whatever way they ask in."""

import json
from collections.abc import Iterator

import pytest

from tests.conftest import RunningService, ServiceFactory
from tests.service.raw_http import (
    RECORD,
    ask,
    batch,
    connect,
    has_ended,
    header,
    metric,
    post,
    status,
    wait_until,
)
from tests.service.toy import TOY, ToyModel
from tests.service.wire import statuses, talk

LENGTH = f"Content-Length: {len(RECORD)}"
EARLY, LATE = post(RECORD, LENGTH, connection="keep-alive"), post(RECORD, LENGTH)
"""Who wants to end the connection is answered by the application itself."""
PROBE = b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
PATHS = ["/predict", f"/api/models/{ToyModel.qualified_name}/prediction", f"/v2/models/{ToyModel.qualified_name}/infer"]
REFUSED = 'http_requests_total{method="POST",path="/predict",status="503"}'
FULL = 'http_requests_shed_total{reason="full"}'


@pytest.fixture(scope="module")
def full(running_service: ServiceFactory) -> Iterator[RunningService]:
    """Give a service that is busy for ten minutes, and takes nothing in beside that."""
    settings = {"SERVICE_EMULATE_CPU_MS": "1000", "SERVICE_MAX_COMPUTE_MS": "600000", "SERVICE_STOP_TIMEOUT_S": "0"}
    service = running_service(**TOY, **settings, SERVICE_MAX_IN_FLIGHT="1", SERVICE_REQUEST_TIMEOUT_S="3")
    with connect(service.port) as endless:
        endless.sendall(batch(600))
        wait_until(lambda: metric(service.port, "http_requests_in_flight") == 2)
        yield service


def at(path: str, request: bytes) -> bytes:
    return request.replace(b"/predict", path.encode(), 1)


def content_of(answer: bytes) -> object:
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def names_in_head(answer: bytes) -> set[bytes]:
    return {line.partition(b":")[0].lower() for line in answer.partition(b"\r\n\r\n")[0].splitlines()[1:]}


@pytest.mark.parametrize("path", PATHS)
def test_who_keeps_the_connection_is_told_the_same_as_who_does_not(full: RunningService, path: str) -> None:
    with connect(full.port) as keeping, connect(full.port) as ending:
        early, late = ask(keeping, at(path, EARLY)), ask(ending, at(path, LATE))
    assert status(early) == status(late) == 503
    assert content_of(early) == content_of(late)
    assert names_in_head(early) == names_in_head(late) - {b"connection"}
    for name in ("content-type", "retry-after", "x-served-by"):
        assert header(early, name) == header(late, name) is not None


def test_it_is_counted_and_known_by_the_id_that_it_came_with(full: RunningService) -> None:
    before = metric(full.port, REFUSED), metric(full.port, FULL)
    with connect(full.port) as connection:
        answer = ask(connection, post(RECORD, LENGTH, "X-Request-Id: mine", connection="keep-alive"))
    assert header(answer, "x-request-id") == "mine"
    assert (metric(full.port, REFUSED), metric(full.port, FULL)) == (before[0] + 1, before[1] + 1)


def test_the_connection_serves_whatever_comes_next(full: RunningService) -> None:
    with connect(full.port) as connection:
        for _ in range(3):
            assert status(ask(connection, EARLY)) == 503
            assert status(ask(connection, PROBE)) == 200


def test_answers_keep_the_order_of_requests_that_come_at_once(full: RunningService) -> None:
    sent = [EARLY, PROBE, EARLY, EARLY, PROBE, LATE]
    assert statuses(talk(full.port, [b"".join(sent)])) == [503, 200, 503, 503, 200, 503]


@pytest.mark.parametrize("cut", [10, len(EARLY) - len(RECORD), len(EARLY) - 1], ids=["head", "body", "last byte"])
def test_a_request_in_parts_is_answered_when_it_is_here(full: RunningService, cut: int) -> None:
    with connect(full.port) as connection:
        connection.sendall(EARLY[:cut])
        wait_until(lambda: metric(full.port, FULL) >= 0)  # the service has been round
        assert status(ask(connection, EARLY[cut:])) == 503
        assert status(ask(connection, PROBE)) == 200


def test_a_body_without_end_is_given_up(full: RunningService) -> None:
    with connect(full.port) as connection:
        assert status(ask(connection, EARLY[:-1])) == 408
        assert has_ended(connection)


def test_who_waits_to_be_told_to_go_on_is_refused_too(full: RunningService) -> None:
    head = post(b"", LENGTH, "Expect: 100-continue", connection="keep-alive")
    with connect(full.port) as connection:
        assert status(ask(connection, head)) == 503


def test_what_asks_for_no_prediction_is_answered_as_ever(full: RunningService) -> None:
    with connect(full.port) as connection:
        assert status(ask(connection, EARLY.replace(b"POST", b"PUT"))) == 405
        assert status(ask(connection, at("/nowhere", EARLY))) == 404


CHUNKED = "Transfer-Encoding: chunked"
CHUNKS = b"5\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (RECORD[:5], len(RECORD) - 5, RECORD[5:])


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (post(CHUNKS, CHUNKED, connection="keep-alive") + LATE, [503, 503]),
        (post(CHUNKS, CHUNKED, LENGTH, connection="keep-alive") + LATE, [400]),
        (post(RECORD, LENGTH, "Content-Length: 5", connection="keep-alive") + LATE, [400]),
        (post(RECORD, LENGTH, connection="keep-alive").replace(b"HTTP/1.1", b"HTTP/1.0") + LATE, [503]),
        (post(b"", "Content-Length: 0", connection="keep-alive") + LATE, [503, 503]),
        (post(b"", *["X-Long: 1"] * 9000, connection="keep-alive")[:-2], [431]),
        (EARLY + b"no http\r\n\r\n", [503, 400]),
    ],
    ids=["chunks", "two lengths", "other lengths", "HTTP/1.0", "no body", "a head without end", "no request after it"],
)
def test_no_way_to_write_a_request_is_read_otherwise_than_ever(
    full: RunningService, sent: bytes, answered: list[int]
) -> None:
    assert statuses(talk(full.port, [sent[:30_000], sent[30_000:]])) == answered
