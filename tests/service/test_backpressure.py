"""One prediction at a time, in the order they came; what is too much is refused, and what nobody waits for is left."""

import asyncio
import threading
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from service.backpressure import FORESEEN, LONGEST_HERE_S, SLICE_S, PredictionQueue
from service.problems import ProblemError

FOREVER_S = 60.0
LONG_S = 2 * LONGEST_HERE_S


async def stays() -> Message:
    """Receive from a client that waits for its answer."""
    await asyncio.Event().wait()
    raise AssertionError


async def left() -> Message:
    """Receive from a client that has gone."""
    return {"type": "http.disconnect"}


class Blocked:
    """A long prediction that takes as long as the test wants, and the queue behind it."""

    def __init__(self, max_in_flight: int = 100, max_wait_s: float = FOREVER_S) -> None:
        self.queue = PredictionQueue(max_in_flight, max_wait_s)
        self._may_end = threading.Event()

    async def __aenter__(self) -> "Blocked":
        self.first = asyncio.ensure_future(self.queue.run(self._wait, LONG_S, stays))
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.release()
        assert await self.first == "first"

    def _wait(self) -> str:
        assert self._may_end.wait(FOREVER_S)
        return "first"

    def release(self) -> None:
        """Let it end."""
        self._may_end.set()


@pytest.mark.parametrize("expected_s", [0.0, LONG_S])
def test_the_answer_or_the_exception_reaches_who_asked(expected_s: float) -> None:
    async def run() -> None:
        queue = PredictionQueue(10, FOREVER_S)
        assert await queue.run(lambda: 42, expected_s, stays) == 42
        with pytest.raises(ZeroDivisionError):
            await queue.run(lambda: 1 // 0, expected_s, stays)
        assert await queue.run(lambda: 43, expected_s, stays) == 43

    asyncio.run(run())


@pytest.mark.parametrize("raised", [StopIteration, SystemExit, KeyboardInterrupt, GeneratorExit])
def test_nothing_that_a_model_raises_keeps_the_others_waiting(raised: type[BaseException]) -> None:
    async def run() -> None:
        queue = PredictionQueue(10, FOREVER_S)
        with pytest.raises(RuntimeError, match=raised.__name__):
            await queue.run(partial(_raise, raised), LONG_S, stays)
        assert await queue.run(lambda: "next", LONG_S, stays) == "next"

    asyncio.run(run())


def _raise(error: type[BaseException]) -> None:
    raise error


@pytest.mark.parametrize("expected_s", [0.0, LONG_S])
def test_what_waits_is_computed_in_the_order_it_came(expected_s: float) -> None:
    async def run() -> list[int]:
        computed: list[int] = []
        async with Blocked() as blocked:
            waiting = [blocked.queue.run(_noting(computed, number), expected_s, stays) for number in range(5)]
            tasks = [asyncio.ensure_future(one) for one in waiting]
            await asyncio.sleep(0)
            assert computed == []
            blocked.release()
            await asyncio.gather(*tasks)
        return computed

    assert asyncio.run(run()) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("expected_s", [0.0, LONG_S])
def test_what_a_model_logs_while_it_predicts_is_about_the_request_that_asked(expected_s: float) -> None:
    """Whoever starts what waits: the loop, a thread, or the request before."""
    asked_by: ContextVar[int] = ContextVar("asked_by")

    async def ask(queue: PredictionQueue, number: int) -> int:
        asked_by.set(number)
        return await queue.run(asked_by.get, expected_s, stays)

    async def run() -> list[int]:
        async with Blocked() as blocked:
            waiting = [asyncio.ensure_future(ask(blocked.queue, number)) for number in range(3)]
            await asyncio.sleep(0)
            blocked.release()
            return await asyncio.gather(*waiting)

    assert asyncio.run(run()) == [0, 1, 2]


def _noting(computed: list[int], number: int) -> Callable[[], None]:
    return lambda: computed.append(number)


def test_the_loop_goes_on_while_a_long_prediction_is_computed() -> None:
    async def run() -> str:
        async with Blocked():
            return await asyncio.sleep(0, "answered meanwhile")

    assert asyncio.run(run()) == "answered meanwhile"


@pytest.mark.parametrize("max_in_flight", [1, 3])
def test_more_than_may_be_in_flight_are_refused_at_once(max_in_flight: int) -> None:
    async def run() -> None:
        async with Blocked(max_in_flight) as blocked:
            waiting = [
                asyncio.ensure_future(blocked.queue.run(lambda: None, 0.0, stays)) for _ in range(max_in_flight - 1)
            ]
            await asyncio.sleep(0)
            with pytest.raises(ProblemError) as refused:
                await blocked.queue.run(lambda: None, 0.0, stays)
            with pytest.raises(ProblemError):
                blocked.queue.refuse_when_full()
            blocked.release()
            await asyncio.gather(*waiting)
        assert (refused.value.problem.status, refused.value.headers) == (503, {"Retry-After": "1"})
        blocked.queue.refuse_when_full()

    asyncio.run(run())


def test_with_nothing_in_flight_one_may_come_even_while_it_is_the_turn_of_the_loop() -> None:
    async def run() -> str:
        clocked = Clocked(max_wait_s=FOREVER_S, takes_s=2 * SLICE_S, max_in_flight=1)
        await clocked.queue.run(clocked.compute, 0.0, stays)
        clocked.queue.refuse_when_full()
        return await clocked.queue.run(lambda: "next", 0.0, stays)

    assert asyncio.run(run()) == "next"


def test_what_would_wait_for_too_long_is_refused_at_once() -> None:
    async def run() -> None:
        async with Blocked(max_wait_s=FOREVER_S) as blocked:
            blocked.queue.refuse_when_full()
            waiting = asyncio.ensure_future(blocked.queue.run(lambda: None, FOREVER_S, stays))
            await asyncio.sleep(0)
            with pytest.raises(ProblemError, match="503"):
                await blocked.queue.run(lambda: None, 0.0, stays)
            blocked.release()
            await waiting
        assert await blocked.queue.run(lambda: "done", 0.0, stays) == "done"

    asyncio.run(run())


class Clocked:
    """Predictions that take as long as the test says, by the clock of the queue that computes them."""

    def __init__(self, max_wait_s: float, takes_s: float, max_in_flight: int = 100) -> None:
        self.now_s = 0.0
        self.queue = PredictionQueue(max_in_flight, max_wait_s, clock=lambda: self.now_s)
        self.takes_s = takes_s

    def compute(self) -> None:
        """Let the time pass that it takes."""
        self.now_s += self.takes_s

    def predict(self) -> "asyncio.Future[None]":
        """Ask for one that is expected to take a second."""
        return asyncio.ensure_future(self.queue.run(self.compute, 1.0, stays))


def test_what_else_takes_time_between_predictions_is_foreseen() -> None:
    """Each takes a second of computing and two of the clock: three of them wait for six seconds, not for three."""

    async def run() -> None:
        clocked = Clocked(max_wait_s=5.0 / FORESEEN, takes_s=2.0)
        for _ in range(40):
            await asyncio.gather(clocked.predict(), clocked.predict())
        waiting = [clocked.predict() for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(ProblemError, match="503"):
            clocked.queue.refuse_when_full()
        await asyncio.gather(*waiting)

    asyncio.run(run())


def test_time_in_which_nobody_waits_is_not_foreseen() -> None:
    """Those that wait leave, an hour passes, and two come that take as long as expected: they are not refused."""

    async def run() -> None:
        clocked = Clocked(max_wait_s=3.1 / FORESEEN, takes_s=1.0)
        for _ in range(40):
            await asyncio.gather(clocked.predict(), _leaves(clocked.queue))
            clocked.now_s += 3600.0
        waiting = [clocked.predict() for _ in range(3)]
        await asyncio.sleep(0)
        clocked.queue.refuse_when_full()
        await asyncio.gather(*waiting)

    asyncio.run(run())


async def _leaves(queue: PredictionQueue) -> None:
    with pytest.raises(ClientDisconnect):
        await queue.run(lambda: None, 1.0, left)


def test_what_has_waited_for_too_long_is_refused_even_while_another_is_computed() -> None:
    async def run() -> None:
        computed: list[int] = []
        async with Blocked(max_wait_s=0.01) as blocked:
            with pytest.raises(ProblemError, match="503"):
                await blocked.queue.run(_noting(computed, 1), 0.0, stays)
        assert await blocked.queue.run(lambda: 2, 0.0, stays) == 2
        assert computed == []

    asyncio.run(run())


@pytest.mark.parametrize("expected_s", [0.0, LONG_S])
def test_nothing_is_computed_for_a_client_that_has_left(expected_s: float) -> None:
    async def run() -> list[int]:
        computed: list[int] = []
        async with Blocked() as blocked:
            gone = asyncio.ensure_future(blocked.queue.run(_noting(computed, 1), expected_s, left))
            here = asyncio.ensure_future(blocked.queue.run(_noting(computed, 2), expected_s, stays))
            await asyncio.sleep(0)
            blocked.release()
            with pytest.raises(ClientDisconnect):
                await gone
            await here
        return computed

    assert asyncio.run(run()) == [2]


def test_nothing_is_computed_for_a_request_that_was_cancelled() -> None:
    async def run() -> list[int]:
        computed: list[int] = []
        async with Blocked() as blocked:
            cancelled = asyncio.ensure_future(blocked.queue.run(_noting(computed, 1), 0.0, stays))
            await asyncio.sleep(0)
            cancelled.cancel()
            await asyncio.sleep(0)
            blocked.release()
        return computed

    assert asyncio.run(run()) == []


@pytest.mark.parametrize(
    ("took_s", "order"),
    [
        (0.4 * SLICE_S, ["prediction", "prediction", "probe"]),
        (1.1 * SLICE_S, ["prediction", "probe", "prediction"]),
    ],
)
def test_short_predictions_let_the_loop_go_round_when_their_slice_is_spent(took_s: float, order: list[str]) -> None:
    async def run() -> list[str]:
        seen: list[str] = []
        now_s = 0.0

        def compute() -> None:
            nonlocal now_s
            now_s += took_s
            seen.append("prediction")

        async def probe() -> None:
            seen.append("probe")

        queue = PredictionQueue(10, FOREVER_S, clock=lambda: now_s)
        await asyncio.gather(queue.run(compute, 0.0, stays), queue.run(compute, 0.0, stays), probe())
        return seen

    assert asyncio.run(run()) == order


@pytest.mark.parametrize(
    ("others_took_s", "at_once"), [(0.0, 3), (4 * SLICE_S, 9), (FOREVER_S, 23)], ids=["short", "long", "too long"]
)
def test_predictions_get_as_much_of_the_loop_as_others_took_within_limits(others_took_s: float, at_once: int) -> None:
    """A slice ends with the prediction that is longer than what is left of it; each takes 0.45 of the shortest."""

    async def run() -> int:
        clocked = Clocked(max_wait_s=FOREVER_S, takes_s=0.45 * SLICE_S)
        computing = [asyncio.ensure_future(clocked.queue.run(clocked.compute, 0.0, stays)) for _ in range(40)]
        await asyncio.sleep(0)  # the first slice is spent, and all others wait
        began_s = clocked.now_s = clocked.now_s + others_took_s
        await asyncio.sleep(0)
        took_s = clocked.now_s - began_s
        await asyncio.gather(*computing)
        return round(took_s / clocked.takes_s)

    assert asyncio.run(run()) == at_once
