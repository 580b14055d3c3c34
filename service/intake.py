"""Taking in the bodies of requests: none longer or slower than allowed, nor all together larger."""

import asyncio
from contextlib import suppress

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from service.problems import ProblemError, unavailable

PATIENCE_S = 1.0
"""How long the rest of a body that is too long may still come in."""


class Intake:
    """What bodies may take, of time and of memory.

    Parameters
    ----------
    max_body_bytes : int
        Longest body, announced or counted.
    max_pending_bytes : int
        What bodies that come in parts may hold together until they are complete: each may be harmless, and
        a thousand that never end fill the memory.
    timeout_s : float
        How long one may take from its head to its end.
    """

    def __init__(self, max_body_bytes: int, max_pending_bytes: int, timeout_s: float) -> None:
        self._max_body_bytes = max_body_bytes
        self._max_pending_bytes = max_pending_bytes
        self._timeout_s = timeout_s
        self._pending_bytes = 0

    async def read(self, receive: Receive, announced_bytes: int = 0) -> bytes:
        """Return the whole body; give up once it is known to be too long, or has taken too long."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._read(receive, announced_bytes)
        except TimeoutError:
            detail = f"The body did not come to its end within {self._timeout_s:g} seconds."
            raise ProblemError(408, detail, headers={"Connection": "close"}) from None

    async def _read(self, receive: Receive, announced_bytes: int) -> bytes:
        parts: list[bytes] = []
        length_bytes, more = 0, True
        try:
            while more and max(length_bytes, announced_bytes) <= self._max_body_bytes:
                if parts and self._pending_bytes > self._max_pending_bytes:
                    raise unavailable("The service takes in too many long bodies at a time; try again later.")
                part, more = await next_part(receive)
                parts.append(part)
                length_bytes += len(part)
                self._pending_bytes += len(part)
        finally:
            self._pending_bytes -= length_bytes
        if max(length_bytes, announced_bytes) > self._max_body_bytes:
            if more:
                await discard(receive)
            detail = f"The body is longer than {self._max_body_bytes} bytes; send fewer instances at a time."
            raise ProblemError(413, detail, headers={"Connection": "close"})
        return b"".join(parts)


async def next_part(receive: Receive) -> tuple[bytes, bool]:
    """Return the next part of a body, and whether more will follow."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message.get("body", b""), message.get("more_body", False)


async def discard(receive: Receive) -> None:
    """Let the client finish sending, for a while: most read no answer before, a few never finish."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while (await receive()).get("more_body", False):
                pass
