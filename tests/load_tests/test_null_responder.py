"""The null responder answers everything at once, or as one server with a queue and a fixed service time would."""

import socket
import time
import urllib.request

import pytest

from load_tests.null_responder import BODY, SingleServer, main
from tests.load_tests.conftest import PATIENCE_S, Respond
from tests.stalls import again_if_disturbed

GET = b"GET /anything HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /else HTTP/1.1\r\nHost: x\r\ncontent-LENGTH:4\r\n\r\n" + b"\r\n\r\n"  # a body like the end of a head
LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
SERVICE_MS = 40.0


def everything_from(connection: socket.socket) -> bytes:
    """What comes until the other side closes the connection."""
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


def arrival_times_s(connection: socket.socket, answers: int) -> list[float]:
    """When each of the answers on a connection has come."""
    received = b""
    times_s: list[float] = []
    while len(times_s) < answers:
        received += connection.recv(65536)
        came = received.count(BODY.encode())
        times_s += [time.monotonic()] * (came - len(times_s))
    return times_s


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_request_is_answered_with_the_body(respond: Respond, method: str) -> None:
    responder = respond("--body", '{"price": 1.0, "unit": "€"}')
    request = urllib.request.Request(f"http://127.0.0.1:{responder.port}/any/path", data=b"{}", method=method)
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
        assert (answer.status, answer.read().decode()) == (200, '{"price": 1.0, "unit": "€"}')


def test_sigterm_ends_it_cleanly_even_with_an_open_connection(respond: Respond) -> None:
    responder = respond()
    with responder.connect() as connection:
        connection.sendall(GET)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
        assert responder.stop() == 0


@pytest.mark.parametrize("arguments", [(), ("--service-ms", "1")])
def test_pipelined_requests_are_all_answered_and_a_closed_connection_after_the_last(
    respond: Respond, arguments: tuple[str, ...]
) -> None:
    with respond(*arguments).connect() as connection:
        connection.sendall(GET + POST + POST + LAST + GET)
        assert everything_from(connection).count(BODY.encode()) == 4


def test_a_request_that_comes_in_pieces_is_answered_once_it_is_whole(respond: Respond) -> None:
    with respond().connect() as connection:
        for byte in POST + LAST:
            connection.sendall(bytes([byte]))
        assert everything_from(connection).count(BODY.encode()) == 2


@again_if_disturbed
def test_requests_of_all_connections_stand_in_one_queue(respond: Respond) -> None:
    responder = respond("--service-ms", f"{SERVICE_MS:g}")
    with responder.connect() as first, responder.connect() as second:
        began_s = time.monotonic()
        first.sendall(GET * 3)
        second.sendall(GET * 2)
        ends_s = sorted(arrival_times_s(first, 3) + arrival_times_s(second, 2))
    assert ends_s[-1] - began_s == pytest.approx(5 * SERVICE_MS / 1000, abs=0.03)


@again_if_disturbed
def test_a_queue_that_is_never_empty_does_not_drift(respond: Respond) -> None:
    """Each timer is late by up to a millisecond; two hundred answers are not late by two hundred of them."""
    with respond("--service-ms", "5.3").connect() as connection:
        began_s = time.monotonic()
        connection.sendall(GET * 200)
        assert arrival_times_s(connection, 200)[-1] - began_s == pytest.approx(1.06, abs=0.03)


def test_the_server_begins_a_request_when_it_comes_and_not_before_the_one_ahead_is_done() -> None:
    server = SingleServer(service_s=2.0)
    assert [server.ends_s(at_s) for at_s in (0.0, 1.0, 1.0, 9.0)] == [2.0, 4.0, 6.0, 11.0]


@pytest.mark.parametrize("service_ms", ["-1", "nan", "inf", "fast"])
def test_a_service_time_that_is_none_is_refused(service_ms: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--service-ms", service_ms])
    assert service_ms in capsys.readouterr().err
