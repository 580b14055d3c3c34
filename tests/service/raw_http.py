"""Raw HTTP over real sockets, for tests of what a well-behaved client never does."""

import json
import re
import socket
import time
from collections.abc import Callable

from tests.service.records import record
from tests.service.toy import ToyModel

RECORD = json.dumps(record(ToyModel)).encode()
PATIENCE_S = 30.0


def post(body: bytes, *headers: str, connection: str = "close") -> bytes:
    """Return a request for a prediction, with the headers given and no others."""
    lines = ["POST /predict HTTP/1.1", "Host: localhost", f"Connection: {connection}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


PREDICT = post(RECORD, f"Content-Length: {len(RECORD)}", connection="keep-alive")

METRICS = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"


def batch(records: int) -> bytes:
    """Return a request for that many predictions at once."""
    body = b'{"instances":[%b]}' % b",".join([RECORD] * records)
    head = f"POST /api/models/{ToyModel.qualified_name}/predictions HTTP/1.1\r\nHost: localhost\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def connect(port: int) -> socket.socket:
    """Open a connection."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def ask(connection: socket.socket, request: bytes = PREDICT) -> bytes:
    """Send a request over an open connection; return its answer, head and body."""
    connection.sendall(request)
    return answer_of(connection)


def answer_of(connection: socket.socket) -> bytes:
    """Return the next answer; what there is of it if the connection ends before."""
    answer = b""
    while not _is_whole(answer) and (received := connection.recv(65536)):
        answer += received
    return answer


def metric(port: int, name: str) -> float:
    """Return what a service shows as a metric now, its labels part of its name; 0 of what it does not show."""
    with connect(port) as connection:
        page = ask(connection, METRICS)
    found = re.search(rf"^{re.escape(name)} (\S+)$".encode(), page, re.MULTILINE)
    return float(found[1]) if found else 0.0


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.lower().partition(b"\r\n\r\n")
    length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
    return bool(end) and len(body) >= int(length or b"0")


def status(answer: bytes) -> int:
    """Return the status of an answer; 0 of none."""
    return int(answer.split(maxsplit=2)[1]) if answer else 0


def header(answer: bytes, name: str) -> str | None:
    """Return the value of a header of an answer."""
    for line in answer.partition(b"\r\n\r\n")[0].decode().splitlines():
        key, _, value = line.partition(": ")
        if key.lower() == name:
            return value
    return None


def has_ended(connection: socket.socket) -> bool:
    """Wait until the server ends a connection that it has nothing more to say on; say whether it did."""
    try:
        return connection.recv(65536) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def has_ended_already(connection: socket.socket) -> bool:
    """Say whether the server has ended a connection; what lies in it unread is thrown away."""
    connection.setblocking(False)
    try:
        while connection.recv(65536):
            pass
    except BlockingIOError:
        return False
    except ConnectionResetError:
        pass
    return True


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something has become so."""
    end_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end_s, "it has not become so"
        time.sleep(0.02)
