"""What a connection does when: told by a clock that the test sets, where a real one would have to be waited for."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config

from service.backpressure import PredictionQueue
from service.connections import ConnectionLimits, Connections, Headers
from service.early_refusal import EarlyRefusals
from service.http_connection import Connection

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
PATIENCE_S, MAX_AGE_S = 10.0, 100.0


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose clock stands where the test puts it."""

    now_s = 0.0

    def time(self) -> float:
        return self.now_s


class Client(asyncio.Transport):
    """The client's end of a connection: what it is told, and whether the connection was closed."""

    def __init__(self, loop: Loop) -> None:
        super().__init__()
        self.answer = b""
        self.closed = False
        self.noted_s: list[float] = []
        self._loop = loop
        self.connections = Connections(ConnectionLimits(100, PATIENCE_S, MAX_AGE_S, 1000), self)
        config = Config(answers, ws="none", lifespan="off", log_config=None, timeout_keep_alive=3600)
        self._connection = Connection(config, self.connections, {}, loop)
        self._connection.connection_made(self)

    def note_unreadable(self, _status: int, duration_s: float, _headers: Headers) -> bytes:
        """Note how long the client had asked for."""
        self.noted_s.append(duration_s)
        return b"id"

    def note_refused(self, _path: str, _duration_s: float, _headers: Headers) -> bytes:
        """Note nothing."""
        return b"id"

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.answer += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return 0

    def begin(self, data: bytes) -> None:
        """Send something and do not wait for an answer."""
        self._connection.data_received(data)

    async def send(self, data: bytes) -> bytes:
        """Send something; return what there is to hear."""
        self.answer = b""
        self.begin(data)
        await asyncio.gather(*self.connections.tasks)
        return self.answer

    def wait(self, duration_s: float) -> None:
        """Let time pass, and the service look at its connections after it."""
        self._loop.now_s += duration_s
        self.connections.end_overdue()


async def answers(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


class NoRoom(PredictionQueue):
    """A queue that is full for ever."""

    def has_no_room(self) -> bool:
        return True


def run(test: Callable[[Client], Awaitable[None]]) -> None:
    async def connected() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Loop)
        await test(Client(loop))

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(connected())


@pytest.mark.parametrize(("waited_s", "status"), [(PATIENCE_S - 0.1, b"200"), (PATIENCE_S, b"408")])
def test_time_counts_from_the_beginning_of_a_request_not_from_the_end_of_the_last(
    waited_s: float, status: bytes
) -> None:
    async def test(client: Client) -> None:
        assert b"200 OK" in await client.send(REQUEST)
        client.wait(2 * PATIENCE_S)
        assert await client.send(REQUEST[:20]) == b""
        client.wait(waited_s)
        if not client.closed:
            await client.send(REQUEST[20:])
        assert client.answer.split()[1] == status

    run(test)


def test_a_connection_that_is_old_ends_with_its_next_answer_and_not_before() -> None:
    async def test(client: Client) -> None:
        assert b"200 OK" in await client.send(REQUEST)
        client.wait(0.75 * MAX_AGE_S)
        assert b"connection: close" not in await client.send(REQUEST)
        client.wait(0.26 * MAX_AGE_S)
        assert not client.closed, "idle, it is left alone: its client may be about to ask"
        assert b"connection: close" in await client.send(REQUEST)
        assert client.closed

    run(test)


def test_what_stops_being_http_in_its_body_is_noted_with_the_time_from_its_head() -> None:
    async def test(client: Client) -> None:
        client.begin(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.wait(PATIENCE_S / 2)
        client.begin(b"no size\r\n")
        assert client.noted_s == [PATIENCE_S / 2]

    run(test)


def test_who_was_refused_may_pause_before_asking_again_and_has_as_long_for_that_as_ever() -> None:
    async def test(client: Client) -> None:
        client.connections.early_refusals = EarlyRefusals(NoRoom(1, PATIENCE_S), ["/predict"])
        predict = b"POST /predict HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"
        for _ in range(2):
            assert b"503 Service Unavailable" in await client.send(predict)
            client.wait(2 * PATIENCE_S)
            assert not client.closed
        assert await client.send(predict[:-1]) == b""
        client.wait(PATIENCE_S - 0.1)
        assert not client.closed
        client.wait(0.1)
        assert (client.answer.split()[1], client.closed) == (b"408", True)

    run(test)
