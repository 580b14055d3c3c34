"""A request that offers to go on in another protocol, as curl and Java do, is answered as any other, body and all."""

from collections.abc import Iterator

import pytest

from tests.conftest import RunningService, ServiceFactory
from tests.service.raw_http import METRICS, PREDICT, RECORD, answer_of, ask, connect, header, post, status
from tests.service.toy import NEVER_SLOW, TOY
from tests.service.wire import statuses, talk

INNER = b"GET /api/models HTTP/1.1\r\nHost: x\r\n\r\n"
"""A request that must not be found in the body of another one."""
each_offer = pytest.mark.parametrize("offer", ["h2c", "websocket", "H2C, x"])


@pytest.fixture(scope="module")
def toys(running_service: ServiceFactory) -> Iterator[RunningService]:
    """Give a service, and see that nobody was told in its log what to install."""
    service = running_service(**TOY, **NEVER_SLOW)
    yield service
    assert "WARNING" not in service.log


def offering(offer: str, body: bytes, *headers: str, connection: str = "Upgrade, HTTP2-Settings") -> bytes:
    """Return a request for a prediction with an offer."""
    return post(body, *headers, f"Upgrade: {offer}", "HTTP2-Settings: AAMAAABkAAQAAP__", connection=connection)


def length(body: bytes) -> str:
    return f"Content-Length: {len(body)}"


@each_offer
def test_it_is_answered_and_so_is_the_next_one(toys: RunningService, offer: str) -> None:
    with connect(toys.port) as connection:
        for _ in range(3):
            assert status(ask(connection, offering(offer, RECORD, length(RECORD)))) == 200
        assert status(ask(connection)) == 200


@each_offer
def test_it_is_answered_with_a_chunked_body(toys: RunningService, offer: str) -> None:
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(RECORD), RECORD)
    with connect(toys.port) as connection:
        assert status(ask(connection, offering(offer, chunked, "Transfer-Encoding: chunked"))) == 200


@each_offer
@pytest.mark.parametrize(("body", "answered"), [(RECORD, 200), (INNER, 400)], ids=["record", "request"])
def test_a_body_that_comes_after_its_head_is_one(toys: RunningService, offer: str, body: bytes, answered: int) -> None:
    with connect(toys.port) as connection:
        connection.sendall(offering(offer, b"", length(body), "Expect: 100-continue"))
        assert status(answer_of(connection)) == 100
        assert status(ask(connection, body)) == answered
        assert status(ask(connection, PREDICT)) == 200, "the body was answered"


@each_offer
def test_a_request_in_its_body_is_not_answered(toys: RunningService, offer: str) -> None:
    ends = "Upgrade, close"
    assert statuses(talk(toys.port, [offering(offer, INNER, length(INNER), connection=ends)])) == [400]
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(INNER), INNER)
    assert statuses(talk(toys.port, [offering(offer, chunked, "Transfer-Encoding: chunked", connection=ends)])) == [400]


def test_many_at_once_are_answered_in_order(toys: RunningService) -> None:
    one = offering("h2c", RECORD, length(RECORD))
    assert statuses(talk(toys.port, [(one + METRICS) * 20 + post(b"", length(b""))])) == [200] * 40 + [400]


def test_its_id_is_kept(toys: RunningService) -> None:
    with connect(toys.port) as connection:
        answer = ask(connection, offering("h2c", RECORD, length(RECORD), "X-Request-ID: mine"))
        assert header(answer, "x-request-id") == "mine"


@pytest.mark.parametrize("goal", [b"example.org:443", b"http://example.org/api/health"])
def test_nothing_in_a_tunnel_is_answered(toys: RunningService, goal: bytes) -> None:
    asked = b"CONNECT %b HTTP/1.1\r\nHost: x\r\n%b\r\n\r\n" % (goal, length(INNER).encode())
    assert statuses(talk(toys.port, [asked, INNER])) == [400]
