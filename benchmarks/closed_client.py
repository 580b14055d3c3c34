"""A client that costs less than any server in Python: it asks on all its connections, then reads all answers."""

import socket
from collections.abc import Sequence
from itertools import cycle, islice

from benchmarks.wire import CLOSE, LENGTH, connect

PATIENCE_S = 30.0


class ClosedClient:
    """Asks a server on this machine the same few requests over and over, on connections that stay open."""

    def __init__(self, port: int, requests: Sequence[bytes], connections: int = 16) -> None:
        self._port = port
        self._requests = cycle(requests)
        self._connections = [self._connect() for _ in range(connections)]

    def ask(self, count: int) -> None:
        """Send so many requests and read every answer; raise for one that is not 200."""
        at_a_time = len(self._connections)
        for _ in range(count // at_a_time):
            for connection, request in zip(self._connections, islice(self._requests, at_a_time), strict=True):
                connection.sendall(request)
            self._connections = [self._read(connection) for connection in self._connections]

    def close(self) -> None:
        """Close all connections."""
        for connection in self._connections:
            connection.close()

    def _connect(self) -> socket.socket:
        return connect(self._port, PATIENCE_S)

    def _read(self, connection: socket.socket) -> socket.socket:
        """Read one answer; return the connection for the next request, a new one where the server closes this one."""
        answer = connection.recv(65536)
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._more(connection)
        head = answer[:end]
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"the server answered {answer[:300]!r}")
        found = LENGTH.search(head)
        missing_bytes = end + 4 + int(found[1]) - len(answer) if found else 0
        while missing_bytes > 0:
            missing_bytes -= len(self._more(connection))
        if not CLOSE.search(head):
            return connection
        connection.close()
        return self._connect()

    def _more(self, connection: socket.socket) -> bytes:
        received = connection.recv(65536)
        if not received:
            raise RuntimeError("the server closed the connection before the answer was complete")
        return received
