"""An answer leaves in one write, and nothing of it stays behind."""

import asyncio

import pytest

from service.one_write import OneWrite
from tests.conftest import ServiceFactory
from tests.service.raw_http import ask, connect

HEAD, BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", b"{}"


class Written(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def close(self) -> None:
        self.writes.append(b"closed")


@pytest.mark.parametrize(
    ("method", "parts", "written"),
    [
        ("GET", [HEAD, BODY], [HEAD + BODY]),
        ("GET", [HEAD, b""], [HEAD]),
        ("POST", [HEAD, b"{", b"}"], [HEAD + b"{", b"}"]),
        ("POST", [b"HTTP/1.1 100 Continue\r\n\r\n", HEAD, BODY], [b"HTTP/1.1 100 Continue\r\n\r\n", HEAD + BODY]),
        ("HEAD", [HEAD], [HEAD]),
    ],
)
def test_the_head_goes_with_the_body(method: str, parts: list[bytes], written: list[bytes]) -> None:
    transport = Written()
    answer = OneWrite(transport, method)
    for part in parts:
        answer.write(part)
    assert transport.writes == written


@pytest.mark.parametrize(("parts", "written"), [([], []), ([HEAD], [HEAD]), ([HEAD, BODY], [HEAD + BODY])])
def test_closing_leaves_nothing_behind(parts: list[bytes], written: list[bytes]) -> None:
    transport = Written()
    answer = OneWrite(transport, "GET")
    for part in parts:
        answer.write(part)
    answer.close()
    assert transport.writes == [*written, b"closed"]


def test_a_client_that_waits_to_be_asked_for_the_body_is_asked(running_service: ServiceFactory) -> None:
    lines = ["POST /predict HTTP/1.1", "Host: x", "Connection: close", "Expect: 100-continue", "Content-Length: 2"]
    with connect(running_service().port) as connection:
        assert ask(connection, "\r\n".join([*lines, "", ""]).encode()) == b"HTTP/1.1 100 Continue\r\n\r\n"
