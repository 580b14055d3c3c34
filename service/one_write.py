"""An answer in one write: uvicorn sends head and body apart, and a system call costs a tenth of a prediction."""

import asyncio

INTERIM = b"HTTP/1.1 100 "


class OneWrite(asyncio.Transport):
    """The transport as one answer sees it: the head waits for the first of the body, which follows at once."""

    __slots__ = ("_held", "_holds", "_transport")

    def __init__(self, transport: asyncio.Transport, method: str) -> None:
        self._transport = transport
        self._holds = method != "HEAD"  # nothing would follow
        self._held = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Hold the head; send what follows with it."""
        if not self._holds:
            self._transport.write(data)
        elif self._held:
            self._holds = False
            self._transport.write(self._held + data)
        elif data[: len(INTERIM)] == INTERIM:
            self._transport.write(data)
        else:
            self._held = bytes(data)

    def close(self) -> None:
        """Send a head that is still held, and close."""
        if self._holds and self._held:
            self._transport.write(self._held)
        self._transport.close()

    def is_closing(self) -> bool:
        """Say whether it is of no use any more."""
        return self._transport.is_closing()
