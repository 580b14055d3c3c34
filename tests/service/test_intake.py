"""A body is taken in if it is neither too long nor too slow, and if there is room for it beside the others."""

import asyncio
from collections.abc import Iterable

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from service.intake import Intake
from service.problems import ProblemError

FOREVER_S = 60.0


def sender(*parts: bytes, ends: bool = True) -> Receive:
    """Receive these parts; then nothing for ever unless the last one is the end."""
    messages: Iterable[Message] = iter(
        {"type": "http.request", "body": part, "more_body": not ends or number < len(parts)}
        for number, part in enumerate(parts, start=1)
    )

    async def receive() -> Message:
        for message in messages:
            return message
        await asyncio.Event().wait()
        raise AssertionError

    return receive


def read(intake: Intake, receive: Receive, announced_bytes: int = 0) -> bytes:
    return asyncio.run(intake.read(receive, announced_bytes))


@pytest.mark.parametrize("parts", [(b"",), (b"whole",), (b"who", b"le"), (b"", b"whole", b"")])
def test_a_body_is_the_same_in_one_part_or_in_many(parts: tuple[bytes, ...]) -> None:
    assert read(Intake(5, 5, FOREVER_S), sender(*parts)) == b"".join(parts)


@pytest.mark.parametrize(("parts", "announced_bytes"), [((b"123456",), 0), ((b"12345", b"6"), 0), ((b"1", b"2"), 6)])
def test_a_body_that_is_too_long_is_refused(parts: tuple[bytes, ...], announced_bytes: int) -> None:
    with pytest.raises(ProblemError, match="413"):
        read(Intake(5, 100, FOREVER_S), sender(*parts), announced_bytes)


@pytest.mark.parametrize("parts", [(), (b"half",)])
def test_a_body_that_does_not_come_is_refused(parts: tuple[bytes, ...]) -> None:
    with pytest.raises(ProblemError, match="408") as refused:
        read(Intake(5, 100, timeout_s=0.01), sender(*parts, ends=False))
    assert refused.value.headers == {"Connection": "close"}


def test_a_client_that_leaves_half_way_is_no_problem_to_answer() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnect):
        read(Intake(5, 5, FOREVER_S), receive)


def test_bodies_in_parts_share_the_memory_there_is_until_they_are_complete() -> None:
    async def run() -> None:
        intake = Intake(100, 10, FOREVER_S)
        pending = asyncio.ensure_future(intake.read(sender(b"12345678", ends=False)))
        await asyncio.sleep(0)
        assert await intake.read(sender(b"1234567890")) == b"1234567890", "in one part"
        with pytest.raises(ProblemError, match="503"):
            await intake.read(sender(b"123", b"4"))
        pending.cancel()
        await asyncio.gather(pending, return_exceptions=True)
        assert await intake.read(sender(b"123", b"4")) == b"1234", "what was pending has been given up"

    asyncio.run(run())
