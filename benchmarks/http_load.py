"""Clients that ask, pause and ask again, many at a time, and note what came back."""

import asyncio
import random
from typing import Self

from benchmarks.wire import CLOSE, LENGTH

NO_ANSWER = 0
"""Status of a request that was not answered: refused connection, cut connection, or too late."""


class Connection(asyncio.Protocol):
    """One connection, for one request at a time."""

    def __init__(self) -> None:
        self._received = b""
        self._status: asyncio.Future[int] | None = None
        self.usable = True
        """Whether another request may follow."""

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to write to."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    async def ask(self, request: bytes) -> int:
        """Send a request, return the status of its answer; `NO_ANSWER` when the connection was cut."""
        self._received = b""
        self._status = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._status

    def data_received(self, data: bytes) -> None:
        """Collect the answer."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if end and len(body) >= (int(length[1]) if length else 0):
            self.usable = not CLOSE.search(head)
            self._settle(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """End a request that waits."""
        self.usable = False
        self._settle(NO_ANSWER)

    def _settle(self, status: int) -> None:
        if self._status is not None and not self._status.done():
            self._status.set_result(status)

    def close(self) -> None:
        """Hang up."""
        self.usable = False
        self._transport.abort()


class Client:
    """Asks over connections that are kept as long as the server lets them, as many as are needed at a time."""

    def __init__(self, port: int, timeout_s: float, reuse: bool = True) -> None:
        self._port = port
        self._timeout_s = timeout_s
        self._reuse = reuse
        self._idle: list[Connection] = []

    async def ask(self, request: bytes) -> int:
        """Ask once, never again, for a retry would hide what is measured here; return the status of the answer."""
        connection = None
        try:
            async with asyncio.timeout(self._timeout_s):
                connection = self._free() or await Connection.open(self._port)
                status = await connection.ask(request)
        except (OSError, TimeoutError):
            status = NO_ANSWER
        if connection is not None:
            self._put_back(connection, status)
        return status

    def _free(self) -> Connection | None:
        while self._idle:
            if (connection := self._idle.pop()).usable:
                return connection
        return None

    def _put_back(self, connection: Connection, status: int) -> None:
        if self._reuse and connection.usable and status != NO_ANSWER:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Hang up."""
        for connection in self._idle:
            connection.close()


async def repeat(client: Client, request: bytes, pause_s: float, until: asyncio.Event) -> list[int]:
    """Ask, pause for about as long as told, and ask again until it is over; return the statuses."""
    asked = []
    while not until.is_set():
        asked.append(await client.ask(request))
        await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))
    return asked
