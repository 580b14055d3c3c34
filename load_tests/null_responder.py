"""The cheapest HTTP responder there can be in Python, which can also queue requests before one server of a fixed pace.

`python -m load_tests.null_responder [--port 0] [--service-ms 0]` prints its port, and answers every request with 200
and the same body until SIGTERM. Without a service time it answers at once, so what a load generator measures is its own
floor. With one it is a single server with one queue, first come first served, whose waiting times theory knows
(`load_tests.queueing`). It burns no CPU while it serves: it only answers when a server would have been done.

Bodies of requests have a Content-Length; other framing is not understood.
"""

import argparse
import asyncio
import re
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

try:
    from uvloop import new_event_loop
except ImportError:  # on Windows there is none
    from asyncio import new_event_loop  # type: ignore[assignment]

BODY = '{"charges": 1000.0}'
HEAD_ENDS = b"\r\n\r\n"
BACKLOG = 1024
_content_length = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE).search
_asks_to_close = re.compile(rb"\r\nconnection:[ \t]*close", re.IGNORECASE).search


@dataclass
class SingleServer:
    """One server, which works on one request at a time, first come first served, and needs as long for each."""

    service_s: float
    _busy_until_s: float = field(default=float("-inf"), init=False)

    def ends_s(self, arrives_s: float) -> float:
        """When a request is done that arrives now, after all others; seconds of the caller's clock."""
        self._busy_until_s = max(arrives_s, self._busy_until_s) + self.service_s
        return self._busy_until_s


class Responder(asyncio.Protocol):
    """One connection: answers the requests on it in their order, pipelined ones too."""

    def __init__(self, response: bytes, server: SingleServer, clock: Callable[[], float] = time.monotonic) -> None:
        self._response = response
        self._server = server
        self._clock = clock
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        """Take every request that is whole by now into the queue."""
        self._unread += data
        while (head_ends := self._unread.find(HEAD_ENDS)) >= 0:
            length = _content_length(self._unread, 0, head_ends)
            ends = head_ends + len(HEAD_ENDS) + (int(length[1]) if length else 0)
            if len(self._unread) < ends:
                return
            last = _asks_to_close(self._unread, 0, head_ends) is not None
            self._unread = self._unread[ends:]
            self._enqueue(last)

    def _enqueue(self, last: bool) -> None:
        """Answer at once, or when the server is done."""
        if not self._server.service_s:
            self._answer(last)
            return
        arrives_s = self._clock()
        delay_s = self._server.ends_s(arrives_s) - arrives_s
        asyncio.get_running_loop().call_later(delay_s, self._answer, last)

    def _answer(self, last: bool) -> None:
        if not self._transport.is_closing():
            self._transport.write(self._response)
            if last:
                self._transport.close()


def response_with(body: str) -> bytes:
    """The one answer: 200 with a JSON body."""
    content = body.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    return head.encode() + HEAD_ENDS + content


async def respond(host: str, port: int, response: bytes, service_s: float) -> None:
    """Answer until SIGTERM or SIGINT; the first line written is the port."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    connection = partial(Responder, response, SingleServer(service_s))
    listener = await loop.create_server(connection, host, port, backlog=BACKLOG)
    sys.stdout.write(f"{listener.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await ended.wait()
    listener.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the responder."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.null_responder", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (%(default)s)")
    parser.add_argument("--service-ms", type=float, default=0.0, help="of the one server (%(default)s)")
    parser.add_argument("--body", default=BODY, help="of every answer (%(default)s)")
    options = parser.parse_args(arguments)
    if not 0 <= options.service_ms < float("inf"):
        parser.error(f"--service-ms: {options.service_ms} is not a time: give 0 or more milliseconds")
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(respond(options.host, options.port, response_with(options.body), options.service_ms / 1000))
    return 0


if __name__ == "__main__":
    sys.exit(main())
