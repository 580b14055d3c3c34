"""A client for more requests a second than asyncio can send: each at its moment, whatever became of others."""

import selectors
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

from benchmarks.http_load import NO_ANSWER
from benchmarks.wire import CLOSE, LENGTH

AWAKE_S = 0.001
"""The last moments before a request is due are waited for awake: the timer of a poll has milliseconds."""


class Due(NamedTuple):
    """A request and its moment, in seconds after the first could be asked."""

    after_s: float
    request: bytes
    over_new_connection: bool = False


class Answered(NamedTuple):
    """What became of a request."""

    due: Due
    latency_s: float
    """From when it was due to the end of its answer, or until it was given up."""
    status: int

    @property
    def after_s(self) -> float:
        """When it was over, in seconds after the first could be asked."""
        return self.due.after_s + self.latency_s


@dataclass(slots=True, eq=False)
class Connection:
    """A connection, and the request that is asked over it, or was asked last."""

    socket: socket.socket
    due: Due
    received: bytes = b""
    usable: bool = True
    """Whether another request may follow."""


class OpenClient:
    """Asks a server on this machine over as many connections as it takes.

    Parameters
    ----------
    port : int
        Where it listens.
    timeout_s : float
        After which a request is given up, counted from its moment.
    """

    def __init__(self, port: int, timeout_s: float) -> None:
        self._port = port
        self._timeout_s = timeout_s
        self._ready = selectors.DefaultSelector()
        self._idle: list[Connection] = []
        self._asking: dict[Connection, None] = {}
        """In the order of their moments."""
        self._answered: list[Answered] = []
        self._start_s = 0.0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Hang up."""
        for connection in (*self._idle, *self._asking):
            connection.socket.close()
        self._ready.close()

    def offer(self, schedule: Iterable[Due]) -> list[Answered]:
        """Ask each request at its moment, never again; return what became of each when the last is over."""
        self._answered, self._start_s = [], time.monotonic()
        for due in schedule:
            self._look_after_answers(due.after_s)
            self._ask(due)
        while self._asking:
            self._look_after_answers(self._now_s() + AWAKE_S)
        return self._answered

    def _now_s(self) -> float:
        return time.monotonic() - self._start_s

    def _look_after_answers(self, until_s: float) -> None:
        """Take in what comes, once at least, until the next request is due."""
        wait_s = until_s - self._now_s()
        while True:
            for key, events in self._ready.select(max(0.0, wait_s - AWAKE_S)):
                if events & selectors.EVENT_WRITE:
                    self._ready.modify(key.fileobj, selectors.EVENT_READ, key.data)
                    self._send(key.data)
                else:
                    self._receive(key.data)
            while self._asking and self._now_s() - (first := next(iter(self._asking))).due.after_s > self._timeout_s:
                self._end(first, NO_ANSWER)
            wait_s = until_s - self._now_s()
            if wait_s <= 0:
                return

    def _ask(self, due: Due) -> None:
        if due.over_new_connection or not self._idle:
            self._connect(due)
            return
        connection = self._idle.pop()
        connection.due, connection.received = due, b""
        self._asking[connection] = None
        self._send(connection)

    def _connect(self, due: Due) -> None:
        connecting = socket.socket()
        connecting.setblocking(False)  # a server whose backlog is full lets clients wait for seconds
        connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connecting.connect_ex(("127.0.0.1", self._port))
        connection = Connection(connecting, due, usable=not due.over_new_connection)
        self._asking[connection] = None
        self._ready.register(connecting, selectors.EVENT_WRITE, connection)

    def _send(self, connection: Connection) -> None:
        try:
            connection.socket.send(connection.due.request)  # far shorter than what a socket takes at once
        except OSError:
            self._end(connection, NO_ANSWER)

    def _receive(self, connection: Connection) -> None:
        try:
            received = connection.socket.recv(65536)
        except OSError:
            received = b""
        if not received:
            self._end(connection, NO_ANSWER)
            return
        connection.received += received
        head, end, body = connection.received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if end and len(body) >= (int(length[1]) if length else 0):
            connection.usable = connection.usable and not CLOSE.search(head)
            self._end(connection, int(head[9:12]))

    def _end(self, connection: Connection, status: int) -> None:
        """Note how a request ended, if one was asked; keep the connection if another may follow."""
        if connection in self._asking:
            del self._asking[connection]
            due = connection.due
            self._answered.append(Answered(due, self._now_s() - due.after_s, status))
            if connection.usable and status != NO_ANSWER:
                self._idle.append(connection)
                return
        else:
            self._idle.remove(connection)
        self._ready.unregister(connection.socket)
        connection.socket.close()
