"""Whatever comes over a connection, the service answers 2xx to 4xx or closes it, and stays as it was."""

import json
import random
import socket
import struct
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from service.http_connection import LONGEST_HEAD_BYTES
from tests.conftest import RunningService, ServiceFactory
from tests.service.raw_http import wait_until
from tests.service.records import MODELS, record
from tests.service.wire import END_S, HESITATION_S, statuses, takes_in, talk

PATH = b"/api/models/insurance_charges_model/prediction"
BODY = json.dumps(record(MODELS[0])).encode()
INNER = b"GET /api/models HTTP/1.1\r\nHost: x\r\n\r\n"
"""A request that must not be found in the body of another one."""
GROWTH_MB = 8.0
PEAK_MB = 16.0
"""What it may take at any time above what it took before, whatever comes."""
Send = Callable[..., list[int]]


def post(*headers: bytes, body: bytes = BODY) -> bytes:
    """Return a request with these headers, none of its own but Host and Connection."""
    return b"\r\n".join([b"POST %b HTTP/1.1" % PATH, b"Host: x", b"Connection: close", *headers, b"", b""]) + body


def get(path: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"GET %b HTTP/1.1" % path, b"Host: x", b"Connection: close", *headers, b"", b""])


def length(body: bytes = BODY) -> bytes:
    return b"Content-Length: %d" % len(body)


@pytest.fixture(scope="module")
def target(running_service: ServiceFactory) -> Iterator[RunningService]:
    """Give a service, and see that nothing in this module has left a trace in it."""
    service = running_service()
    process = psutil.Process(service.process.pid)
    for _ in range(200):
        talk(service.port, [post(length())])
    files, rss_mb = process.num_fds(), process.memory_info().rss / 1e6
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")  # the peak begins anew
    yield service
    wait_until(lambda: process.num_fds() <= files)
    assert _peak_mb(process.pid) - rss_mb < PEAK_MB
    assert process.memory_info().rss / 1e6 - rss_mb < GROWTH_MB
    assert "Traceback" not in service.log
    assert " ERROR " not in service.log


def _peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e6


@pytest.fixture
def send(target: RunningService, hostile_requests: Callable[[int], None]) -> Iterator[Send]:
    """Give a function that sends bytes and returns the statuses of the answers; the service has to be fine after."""

    def talk_and_count(*parts: bytes, hesitation_s: float = END_S) -> list[int]:
        hostile_requests(1)
        found = statuses(talk(target.port, parts, hesitation_s))
        assert all(200 <= status < 500 for status in found), found
        return found

    yield talk_and_count
    with urllib.request.urlopen(f"{target.url}/api/health/ready", timeout=END_S) as ready:  # noqa: S310
        assert ready.status == 200


def test_the_plain_request_that_all_others_spoil_is_answered(send: Send) -> None:
    assert send(post(length())) == [200]


REFUSED = {
    "content length and chunked": post(length(), b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + INNER),
    "chunked and content length": post(b"Transfer-Encoding: chunked", length(), body=b"0\r\n\r\n" + INNER),
    "two content lengths": post(length(), b"Content-Length: 5"),
    "the same content length twice": post(length(), length()),
    "a list of content lengths": post(b"Content-Length: 5, 5"),
    "content length with a sign": post(b"Content-Length: +%d" % len(BODY)),
    "negative content length": post(b"Content-Length: -1"),
    "hexadecimal content length": post(b"Content-Length: 0x10"),
    "content length beyond 64 bits": post(b"Content-Length: 99999999999999999999999"),
    "empty content length": post(b"Content-Length:"),
    "chunked is not last": post(b"Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n" + INNER),
    "chunked and something else": post(
        b"Transfer-Encoding: chunked", b"Transfer-Encoding: x", body=b"0\r\n\r\n" + INNER
    ),
    "unknown transfer encoding": post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + INNER),
    "space before the colon": post(b"Transfer-Encoding : chunked", length(), body=b"0\r\n\r\n" + INNER),
    "continued header": post(b"X: 1", b" Transfer-Encoding: chunked", length(), body=b"0\r\n\r\n" + INNER),
    "carriage return in a header": post(b"X: 1\rTransfer-Encoding: chunked", length(), body=b"0\r\n\r\n" + INNER),
    "NUL in a header": post(b"X: a\x00b", length()),
    "NUL in a header's name": post(b"X\x00: a", length()),
    "no name": post(b": a", length()),
    "NUL in the path": get(b"/api/\x00health"),
    "control character in the path": get(b"/api/\x01health"),
    "raw UTF-8 in the path": get("/api/gesundheit-ä".encode()),
    "half a UTF-8 character in the path": get(b"/api/\xc3"),
    "chunk size that is none": post(b"Transfer-Encoding: chunked", body=b"zz\r\n{}\r\n0\r\n\r\n"),
    "negative chunk size": post(b"Transfer-Encoding: chunked", body=b"-1\r\n{}\r\n0\r\n\r\n"),
    "chunk size beyond 64 bits": post(b"Transfer-Encoding: chunked", body=b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
    "chunk longer than its size": post(b"Transfer-Encoding: chunked", body=b"1\r\n{}\r\n0\r\n\r\n"),
    "version 9.9": b"GET /api/health HTTP/9.9\r\nHost: x\r\n\r\n",
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "unknown method": b"BREW /api/health HTTP/1.1\r\nHost: x\r\n\r\n",
    "a proxy's CONNECT": b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.9\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(range(190)),
    "NULs": b"\x00" * 1000,
    "noise after empty lines": b"\r\n\r\n\r\n\x00\x01",
    "nothing but a method": b"GET\r\n\r\n",
    "bad UTF-8 in the body": post(length(b"\xff\xfe\x00"), body=b"\xff\xfe\x00"),
    "a path of 60,000 characters": get(b"/" + b"a" * 60_000),
    "a path of 60,000 dots": get(b"/" + b"../" * 20_000),
    "a path of percents": get(b"/" + b"%" * 1000),
    "a path of NULs": get(b"/" + b"%00" * 1000),
    "1,000 headers": post(*[b"X-%d: 1" % number for number in range(1000)], length(b"{}"), body=b"{}"),
}


@pytest.mark.parametrize("request_bytes", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_sound_request_is_refused_once(send: Send, request_bytes: bytes) -> None:
    answered = send(request_bytes)
    assert len(answered) == 1, "a request hidden in another one was answered"
    assert 400 <= answered[0] < 500


LENIENT = {
    "HTTP/0.9": b"GET /api/health\r\n\r\n",
    "HTTP/1.0": b"GET /api/health HTTP/1.0\r\n\r\n",
    "no host": b"GET /api/health HTTP/1.1\r\nConnection: close\r\n\r\n",
    "two hosts": get(b"/api/health", b"Host: y"),
    "a whole URL": get(b"http://example.org/api/health"),
    "a fragment": get(b"/api/health#top"),
    "a query of 50,000 characters": get(b"/api/health?" + b"a" * 50_000),
    "empty lines first": b"\r\n\r\n" + get(b"/api/health"),
    "an upgrade to a websocket": get(b"/api/health", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13"),
    "an upgrade to HTTP/2": get(b"/api/health", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__"),
    "an expectation that nobody has": get(b"/api/health", b"Expect: wonders"),
    "a body in a GET": get(b"/api/health", length(INNER)) + INNER,
    "an asterisk": b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "long chunk extensions": post(b"Transfer-Encoding: chunked", body=b"1;" + b"x" * 10_000 + b"\r\n{\r\n0\r\n\r\n"),
    "trailers": post(b"Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n"),
}


@pytest.mark.parametrize("request_bytes", LENIENT.values(), ids=LENIENT.keys())
def test_what_is_merely_odd_is_answered_at_most_once(send: Send, request_bytes: bytes) -> None:
    assert len(send(request_bytes, hesitation_s=HESITATION_S)) <= 1


def test_whatever_follows_a_closed_request_is_not_answered(send: Send) -> None:
    assert send(post(length()) + INNER * 3) == [200]


def test_a_thousand_requests_at_once_are_answered_in_order(send: Send) -> None:
    two = INNER + b"POST %b HTTP/1.1\r\nHost: x\r\n%b\r\n\r\n{}" % (PATH, length(b"{}"))
    assert send(two * 500 + get(b"/nothing")) == [200, 422] * 500 + [404]


ENDLESS = {
    "headers": (b"GET /api/health HTTP/1.1\r\n", b"X: 1\r\n"),
    "one header": (b"GET /api/health HTTP/1.1\r\nX: ", b"a"),
    "path": (b"GET /", b"a"),
    "trailers": (post(b"Transfer-Encoding: chunked", body=b"0\r\n"), b"X: 1\r\n"),
    "one trailer": (post(b"Transfer-Encoding: chunked", body=b"0\r\nX: "), b"a"),
    "chunk extension": (post(b"Transfer-Encoding: chunked", body=b"1;"), b"a"),
}


@pytest.mark.parametrize(("begin", "endless"), ENDLESS.values(), ids=ENDLESS.keys())
def test_what_is_no_body_and_does_not_end_is_cut_off(
    target: RunningService, hostile_requests: Callable[[int], None], begin: bytes, endless: bytes
) -> None:
    hostile_requests(1)
    assert not takes_in(target.port, [begin, *[endless * (100_000 // len(endless))] * 300])


def test_a_head_of_the_longest_length_is_read(send: Send) -> None:
    parts = [b"X: " + b"a" * 1000 + b"\r\n"] * (LONGEST_HEAD_BYTES // 1010)
    assert send(b"GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", *parts, b"\r\n") == [200]


def test_a_flood_of_chunks_is_cut_off(send: Send) -> None:
    chunk = b"%x\r\n%b\r\n" % (2**16, b" " * 2**16)
    assert send(post(b"Transfer-Encoding: chunked", body=b""), *[chunk] * 300) in ([413], [])


def test_a_flood_of_the_smallest_chunks_is_cut_off(send: Send) -> None:
    assert send(post(b"Transfer-Encoding: chunked", body=b""), *[b"1\r\n \r\n" * 20_000] * 100) in ([413], [431], [])


def test_requests_that_end_anywhere_do_no_harm(send: Send, target: RunningService) -> None:
    whole = post(length())
    for end in range(0, len(whole), 2):
        with socket.create_connection(("127.0.0.1", target.port), timeout=END_S) as connection:
            connection.sendall(whole[:end])
            if end % 4:  # every other one is torn down instead of closed
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert send(whole) == [200]


def test_requests_spoilt_at_random_are_answered_or_closed(send: Send) -> None:
    chance = random.Random(5)
    for _ in range(600):
        spoilt = bytearray(post(length()))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(spoilt))
            spoilt[at : at + chance.randint(0, 2)] = chance.choice(
                [b"", b"\x00", b"\xff", b"\r", b"\n", b"\r\n\r\n", b" ", b":", b"%", b"9" * 20, chance.randbytes(3)]
            )
        assert len(send(bytes(spoilt), hesitation_s=HESITATION_S)) <= 2
