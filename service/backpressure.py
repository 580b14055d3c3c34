"""Which prediction is next: one at a time, in the order they came, and none waits for long."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from service.problems import ProblemError, unavailable

SLICE_S = 0.02
"""How long short predictions may keep the event loop in a row, before it looks at probes and newcomers again."""

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Job(Generic[T]):
    """A prediction that waits for its turn."""

    work: Callable[[], T]
    is_long: bool
    receive: Receive
    done: "asyncio.Future[T]"
    expiry: asyncio.TimerHandle


class PredictionQueue:
    """Computes one prediction at a time; refuses those that are too many or have waited for too long.

    A short prediction runs on the event loop, at once unless this turn of the loop has spent its slice. A long one
    runs in a thread, and the loop goes on answering probes and refusing what is too much.

    Parameters
    ----------
    max_in_flight : int
        Predictions accepted at a time: the one that is computed, and those that wait.
    max_wait_s : float
        How long one may wait before it is started.
    """

    def __init__(self, max_in_flight: int, max_wait_s: float) -> None:
        self._max_waiting = max_in_flight - 1
        self._max_wait_s = max_wait_s
        self._slice_ends_s: float | None = None
        self._slice_is_spent = False
        self._thread_computes = False
        self._waiting: deque[Job[Any]] = deque()
        """Holds something only while newcomers have to wait as well."""

    def refuse_when_full(self) -> None:
        """Raise a 503 problem if no prediction can be accepted; asked before a body is read, it saves reading it."""
        if self._must_wait() and len(self._waiting) >= self._max_waiting:
            raise overloaded()

    async def run(self, work: Callable[[], T], is_long: bool, receive: Receive) -> T:
        """Return what the work returns when it had its turn; raise a 503 problem if it gets none."""
        if not (is_long or self._must_wait()):
            return self._compute_here(work)
        self.refuse_when_full()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._waiting.append(Job(work, is_long, receive, done, loop.call_later(self._max_wait_s, self._expire)))
        self._start_waiting()
        return await done

    def _must_wait(self) -> bool:
        return self._slice_is_spent or self._thread_computes

    def _start_waiting(self) -> None:
        while self._waiting and not self._must_wait():
            job = self._waiting.popleft()
            job.expiry.cancel()
            if job.done.done():  # its request was cancelled
                continue
            if has_left(job.receive):
                job.done.set_exception(ClientDisconnect())
            elif job.is_long:
                self._thread_computes = True
                threading.Thread(target=self._compute_there, args=(job, job.done.get_loop()), daemon=True).start()
            else:
                outcome_of(partial(self._compute_here, job.work), job.done)()

    def _expire(self) -> None:
        """Refuse the first that waits: all may wait equally long, so nobody's time is over before the first one's."""
        refused = self._waiting.popleft()
        if not refused.done.done():
            refused.done.set_exception(overloaded())

    def _compute_here(self, work: Callable[[], T]) -> T:
        if self._slice_ends_s is None:
            self._slice_ends_s = time.perf_counter() + SLICE_S
            asyncio.get_running_loop().call_soon(self._end_slice)
        try:
            return work()
        finally:
            self._slice_is_spent = time.perf_counter() > self._slice_ends_s

    def _end_slice(self) -> None:
        """Start a new slice: the loop has come round."""
        self._slice_ends_s, self._slice_is_spent = None, False
        self._start_waiting()

    def _compute_there(self, job: Job[Any], loop: asyncio.AbstractEventLoop) -> None:
        """Compute in a thread of its own: a daemon, so that a computation never keeps the process from ending."""
        tell = outcome_of(job.work, job.done)
        with suppress(RuntimeError):  # the loop was closed: nobody waits for the answer any more
            loop.call_soon_threadsafe(self._end_thread, tell)

    def _end_thread(self, tell: Callable[[], None]) -> None:
        tell()
        self._thread_computes = False
        self._start_waiting()


def outcome_of(work: Callable[[], T], done: "asyncio.Future[T]") -> Callable[[], None]:
    """Do the work, and return what tells its result or exception to whoever still waits for it."""
    try:
        tell = partial(done.set_result, work())
    except Exception as error:
        tell = partial(done.set_exception, error)
    return lambda: None if done.done() else tell()


def has_left(receive: Receive) -> bool:
    """Say whether the client of a request that was read has gone, without waiting for it to go."""
    asking = receive()  # a coroutine: its first step either has an answer at hand or begins to wait
    try:
        asking.send(None)  # type: ignore[attr-defined]
    except StopIteration as answered:
        return bool(answered.value["type"] == "http.disconnect")
    else:
        return False
    finally:
        asking.close()  # type: ignore[attr-defined]


def overloaded() -> ProblemError:
    """Return the problem of a request that would have to wait for too long."""
    return unavailable("The service has more requests than it can answer in time; try again later.")
