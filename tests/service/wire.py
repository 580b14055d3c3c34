"""Bytes to a service and what comes back, without an HTTP client that would put things right."""

import re
import socket
from collections.abc import Iterable
from contextlib import suppress

END_S = 30.0
"""After this long without a word a connection counts as hung."""
HESITATION_S = 0.1
"""After this long without a word the service is assumed to wait for more, and is told that nothing comes; one that was
only held up then answers less. For what must be answered, it is `END_S`."""


def talk(port: int, parts: Iterable[bytes], hesitation_s: float = END_S) -> bytes:
    """Send the parts, then nothing more; return all that the service says until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=END_S) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough
        return _listen(connection, b"", hesitation_s)


def takes_in(port: int, parts: Iterable[bytes]) -> bool:
    """Say whether the service reads all the parts, or closes the connection before."""
    with socket.create_connection(("127.0.0.1", port), timeout=END_S) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            return False
    return True


def _listen(connection: socket.socket, heard: bytes, patience_s: float) -> bytes:
    connection.settimeout(patience_s)
    try:
        while received := connection.recv(65536):
            heard += received
    except ConnectionResetError:
        pass
    except TimeoutError:
        assert patience_s < END_S, f"the service neither answers nor closes; so far: {heard[:200]!r}"
        _say_that_nothing_comes(connection)
        return _listen(connection, heard, END_S)
    return heard


def _say_that_nothing_comes(connection: socket.socket) -> None:
    with suppress(OSError):  # closed meanwhile
        connection.shutdown(socket.SHUT_WR)


def statuses(answer: bytes) -> list[int]:
    """Return the statuses of all answers on a connection."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]
