"""Taking in the bodies of requests: none longer or slower than allowed, nor all together larger."""

import asyncio
from contextlib import suppress

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from service.counters import ShedReason
from service.problems import ProblemError, unavailable
from service.receiving import at_hand

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
        if announced_bytes > self._max_body_bytes:
            await discard(receive)
            raise self._too_long()
        first = at_hand(receive)
        if first is not None and not first.get("more_body", False):
            return self._checked(part_of(first))
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._read_parts(b"" if first is None else part_of(first), receive)
        except TimeoutError:
            detail = f"The body did not come to its end within {self._timeout_s:g} seconds."
            headers = {"Connection": "close"}
            raise ProblemError(408, detail, headers=headers, shed=ShedReason.SLOW_CLIENT) from None

    async def _read_parts(self, part: bytes, receive: Receive) -> bytes:
        body, more = bytearray(), True
        try:
            while True:
                body += part
                self._pending_bytes += len(part)
                if not more:
                    return self._checked(bytes(body))
                if len(body) > self._max_body_bytes:
                    await discard(receive)
                    raise self._too_long()
                if self._pending_bytes > self._max_pending_bytes:
                    detail = "The service takes in too many long bodies at a time; try again later."
                    raise unavailable(detail, ShedReason.MEMORY)
                message = await receive()
                part, more = part_of(message), message.get("more_body", False)
        finally:
            self._pending_bytes -= len(body)

    def _checked(self, body: bytes) -> bytes:
        if len(body) > self._max_body_bytes:
            raise self._too_long()
        return body

    def _too_long(self) -> ProblemError:
        detail = f"The body is longer than {self._max_body_bytes} bytes; send fewer instances at a time."
        return ProblemError(413, detail, headers={"Connection": "close"})


def part_of(message: Message) -> bytes:
    """Return what a message holds of a body."""
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    part: bytes = message.get("body", b"")
    return part


async def discard(receive: Receive) -> None:
    """Let the client finish sending, for a while: most read no answer before, a few never finish."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while (await receive()).get("more_body", False):
                pass
