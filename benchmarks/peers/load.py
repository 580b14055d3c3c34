"""A client that believes no server: it checks every answer, and asks as soon as it may or at random moments."""

import random
import re
import selectors
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from benchmarks.peers.environments import PeerError
from benchmarks.wire import CLOSE, LENGTH, connect

LAST_CHUNK = b"0\r\n\r\n"
"""What an answer without a length ends with."""
LONGEST_ANSWER_S = 20.0
SPIN_S = 0.002
"""The last moments before a request is due are waited for awake: whoever sleeps comes back too late."""


@dataclass(frozen=True)
class Question:
    """A request, and the charges that its answer has to tell; None if whatever it says is right."""

    request: bytes
    charges: float | None = None


@dataclass
class Connection:
    """One connection with at most one request on its way."""

    socket: socket.socket
    question: Question | None = None
    due_s: float = 0.0
    received: bytes = b""


class Client:
    """Asks one server on this machine the same few questions over and over, on connections that stay open."""

    def __init__(self, port: int, answer: re.Pattern[bytes], questions: Sequence[Question]) -> None:
        self._port = port
        self._answer = answer
        self._questions = cycle(questions)
        self._selector = selectors.DefaultSelector()
        self._idle: deque[Connection] = deque()
        self._on_their_way = 0

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()
        self._selector.close()

    def closed(self, connections: int, for_s: float) -> int:
        """Keep as many requests on their way as there are connections; return how many were answered."""
        answered, end_s = 0, time.monotonic() + for_s
        for _ in range(connections):
            self._ask(time.monotonic())
        while self._on_their_way:
            for _ in self._answers(LONGEST_ANSWER_S):
                answered += 1
                if (now_s := time.monotonic()) < end_s:
                    self._ask(now_s)
        return answered

    def opened(self, rate_rps: float, for_s: float, seed: int) -> list[float]:
        """Ask at random moments (Poisson), answered or not; return the latencies in seconds from when each was due."""
        chance, latencies_s = random.Random(seed), list[float]()
        began_s = due_s = time.monotonic()
        while (due_s := due_s + chance.expovariate(rate_rps)) < began_s + for_s:
            while (early_s := due_s - time.monotonic()) > 0:
                latencies_s += self._answers(max(0.0, early_s - SPIN_S))
            self._ask(due_s)
        while self._on_their_way:
            latencies_s += self._answers(LONGEST_ANSWER_S)
        return latencies_s

    def _ask(self, due_s: float) -> None:
        connection = self._idle.popleft() if self._idle else self._connect()
        connection.question, connection.due_s, connection.received = next(self._questions), due_s, b""
        self._on_their_way += 1
        connection.socket.sendall(connection.question.request)

    def _connect(self) -> Connection:
        connection = Connection(connect(self._port, LONGEST_ANSWER_S))
        self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        return connection

    def _answers(self, wait_s: float) -> list[float]:
        """Wait for answers; return the latencies of those that are complete."""
        ready = self._selector.select(wait_s)
        if not ready and wait_s == LONGEST_ANSWER_S:
            raise PeerError(f"no answer within {LONGEST_ANSWER_S:.0f} s")
        return [latency_s for key, _ in ready if (latency_s := self._read(key.data)) is not None]

    def _read(self, connection: Connection) -> float | None:
        received = connection.socket.recv(65536)
        if not received:
            self._hang_up(connection)
            return None
        connection.received += received
        if connection.question is None or (charges := charges_in(connection.received, self._answer)) is None:
            return None
        answered_s = time.monotonic()
        if connection.question.charges not in {None, charges}:
            raise PeerError(f"answered {charges} instead of {connection.question.charges}")
        connection.question = None
        self._on_their_way -= 1
        if CLOSE.search(connection.received):
            self._hang_up(connection)
        else:
            self._idle.append(connection)
        return answered_s - connection.due_s

    def _hang_up(self, connection: Connection) -> None:
        if connection.question is not None:
            raise PeerError("cut a connection instead of answering")
        if connection in self._idle:
            self._idle.remove(connection)
        self._selector.unregister(connection.socket)
        connection.socket.close()


def charges_in(received: bytes, pattern: re.Pattern[bytes]) -> float | None:
    """Return what an answer says, None while it is not complete; raise for one that is not as it should be."""
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        return None
    length = LENGTH.search(head)
    if len(body) < int(length[1]) if length else not body.endswith(LAST_CHUNK):
        return None
    charges = pattern.search(body)
    if not head.startswith(b"HTTP/1.1 200") or charges is None:
        raise PeerError(f"answered {received[:300]!r}")
    return float(charges[1])


def ask_once(port: int, answer: re.Pattern[bytes], question: Question) -> float:
    """Ask on a connection of its own and return the charges."""
    received = b""
    with connect(port, LONGEST_ANSWER_S) as connection:
        connection.sendall(question.request)
        while (charges := charges_in(received, answer)) is None:
            more = connection.recv(65536)
            if not more:
                raise PeerError("cut a connection instead of answering")
            received += more
    return charges
