"""Before any load: the address is one, and something there speaks HTTP."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from load_tests.running.preflight import check_base_url, why_not_reachable, without_password


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A server that answers the first connection with some bytes and keeps it open."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, suppress(ConnectionError):
                connection.recv(65536)
                connection.sendall(answer)
                connection.recv(65536)  # until the other side has had enough

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(5)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 500 Internal Server Error\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n", b"H"])
def test_any_answer_in_http_will_do_and_its_end_is_not_waited_for(answer: bytes) -> None:
    with answering(answer) as host:
        assert why_not_reachable(host) == ""


def test_something_else_than_http_is_named() -> None:
    with answering(b"SSH-2.0-OpenSSH\r\n") as host:
        assert "does not speak HTTP: it answers b'SSH-2.0" in why_not_reachable(host)


def test_plain_http_is_not_taken_for_a_service_that_is_not_there() -> None:
    with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as host:
        problem = why_not_reachable(host.replace("http:", "https:"))
    assert "does not speak HTTPS: " in problem
    assert problem.endswith("Does its address begin with http://?")


@pytest.mark.parametrize("host", ["http://127.0.0.1:9", "http://nowhere.invalid"])
def test_nothing_there_is_said_with_what_to_do(host: str) -> None:
    assert why_not_reachable(host).startswith(f"{host} is not reachable: ")
    assert "make serve" in why_not_reachable(host)


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8000",
        "127.0.0.1",
        "",
        "ftp://x",
        "http://",
        "http://[::1",
        "http://h:port",
        "http://h:0",
        "http://h?x=1",
        "http://host name",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(host: str) -> None:
    with pytest.raises(ValueError, match="write it like http://127\\.0"):
        check_base_url(host)


@pytest.mark.parametrize("host", ["http://127.0.0.1:8000/", "https://example.org/models/", "http://[::1]:8000"])
def test_an_address_loses_its_last_slash(host: str) -> None:
    assert check_base_url(host) == host.rstrip("/")


def test_a_password_is_not_shown() -> None:
    assert without_password("http://user:secret@host:80/path") == "http://host:80/path"
