"""A TCP balancer such as a Kubernetes service is: it chooses a backend for each connection, not for each request."""

import asyncio
import threading
from collections import Counter
from contextlib import suppress
from types import TracebackType
from typing import Self

CHUNK_BYTES = 65536
PATIENCE_S = 10.0
REQUEST = b"POST "
"""Begins what is counted; nothing else that is sent through here holds it."""


class Balancer:
    """Balances connections in turn over those backends that it knows when they are opened; use it with `with`.

    What is open stays where it is until one of its ends closes it, even when the backend was removed.

    Parameters
    ----------
    ports : int
        The backends to begin with, on this machine.
    """

    def __init__(self, *ports: int) -> None:
        self._backends = ports
        self._turn = 0
        self._requests: Counter[int] = Counter()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="balancer")

    def add(self, port: int) -> None:
        """Let new connections go to one more backend."""
        self._backends = (*self._backends, port)

    def remove(self, port: int) -> None:
        """Let no new connection go to a backend; with none left, new ones are closed at once."""
        self._backends = tuple(backend for backend in self._backends if backend != port)

    @property
    def requests(self) -> Counter[int]:
        """POST requests that each backend has got so far, by its port."""
        return self._requests.copy()

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        """Listen on a free port."""
        self._thread.start()
        if not self._listening.wait(PATIENCE_S):
            raise TimeoutError("the balancer does not listen")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close everything."""
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(PATIENCE_S)

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        listener = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self._port = int(listener.sockets[0].getsockname()[1])
        self._listening.set()
        await self._ended.wait()
        listener.close()

    async def _relay(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """Carry one connection until either end closes it."""
        port = self._next_backend()
        to_backend = None
        with suppress(OSError, asyncio.CancelledError):
            if port is not None:
                backend, to_backend = await asyncio.open_connection("127.0.0.1", port)
                ways = [self._carry_requests(client, to_backend, port), _carry(backend, to_client)]
                await _first_of([asyncio.ensure_future(way) for way in ways])
        for writer in filter(None, (to_client, to_backend)):
            writer.close()

    def _next_backend(self) -> int | None:
        backends = self._backends
        self._turn += 1
        return backends[self._turn % len(backends)] if backends else None

    async def _carry_requests(self, client: asyncio.StreamReader, backend: asyncio.StreamWriter, port: int) -> None:
        """Carry what a client sends, and count its requests even where they come in pieces."""
        end_of_last = b""
        while chunk := await client.read(CHUNK_BYTES):
            self._requests[port] += (end_of_last + chunk).count(REQUEST)
            end_of_last = (end_of_last + chunk)[1 - len(REQUEST) :]
            backend.write(chunk)
            await backend.drain()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(CHUNK_BYTES):
        writer.write(chunk)
        await writer.drain()


async def _first_of(ways: list[asyncio.Future[None]]) -> None:
    """Wait until one way has ended, and end the others."""
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
