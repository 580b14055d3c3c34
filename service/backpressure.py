"""Which prediction is next: one at a time, in the order they came, and none waits for long."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from enum import Enum, auto
from functools import partial
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from service.backlog import Backlog
from service.counters import ShedReason
from service.job import Job, outcome_of
from service.problems import ProblemError, unavailable
from service.receiving import has_left, when_left
from service.worker import Worker

LONGEST_HERE_S = 0.002
"""A prediction that should take longer runs in a thread; for others the way there and back would cost too much."""
SLICE_S, LONGEST_SLICE_S = 0.005, 0.05
"""What predictions on the event loop may take of it before it looks at probes and newcomers again: as much as those
took last time, within these limits. Were it always the same, the more came in, the less of it would be answered."""

FORESEEN = 0.7
"""Share of the longest wait that is given away beforehand. The rest is for what no average foresees, so that few are
refused only after they have waited: that costs twice as much as a refusal at once, and comes too late."""

T = TypeVar("T")


class HeldBy(Enum):
    """What keeps the next prediction from being started."""

    THREAD = auto()
    """A thread computes the one before."""
    LOOP = auto()
    """Predictions had their slice of the event loop: it is its turn to look after others."""


class PredictionQueue:
    """Computes one prediction at a time; refuses those that are too many or would wait for too long.

    A short prediction runs on the event loop, at once unless the loop has first to look after others. A long one
    runs in a thread, and the loop goes on answering probes and refusing what is too much.

    Parameters
    ----------
    max_in_flight : int
        Predictions accepted at a time: the one that is computed, and those that wait.
    max_wait_s : float
        How long one may wait before it is started.
    clock : callable
        The time in seconds.
    """

    def __init__(self, max_in_flight: int, max_wait_s: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self._max_in_flight = max_in_flight
        self._max_wait_s = max_wait_s
        self._clock = clock
        self._held_by: HeldBy | None = None
        """What keeps the next one from being started; None for nothing."""
        self._watch: asyncio.Future[Message] | None = None
        """Waits for the client to leave whose prediction a thread computes, if that can be ended."""
        self._slice_s, self._spent_s = SLICE_S, 0.0
        self._held_since_s = 0.0
        self._waiting: deque[Job[Any]] = deque()
        """Empty unless something keeps them from being started."""
        self._backlog = Backlog(clock)
        """All that wait, with the one that a thread computes."""
        self._worker = Worker()

    def refuse_when_full(self) -> None:
        """Raise a 503 problem if a prediction has no chance; asked before a body is read, it saves reading it."""
        if self.has_no_room():
            raise overloaded(ShedReason.FULL)

    def has_no_room(self) -> bool:
        """Say whether a prediction has no chance of being made in time."""
        return self._held_by is not None and (self._is_full() or self._would_wait_for_too_long())

    def _is_full(self) -> bool:
        return len(self._waiting) + (self._held_by is HeldBy.THREAD) >= self._max_in_flight

    def _would_wait_for_too_long(self) -> bool:
        return self._backlog.wait_s() > FORESEEN * self._max_wait_s

    async def run(
        self, work: Callable[[], T], expected_s: float, receive: Receive, abandon: Callable[[], None] | None = None
    ) -> T:
        """Return what the work returns when it had its turn; raise a 503 problem if it gets none.

        ``abandon`` is called if the client leaves while a thread does the work.
        """
        if self._held_by is None and expected_s <= LONGEST_HERE_S:
            return self._compute_here(work)
        self.refuse_when_full()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        expiry = loop.call_later(self._max_wait_s, self._expire)
        in_context = partial(copy_context().run, work)  # what a model logs is about this request, whoever starts it
        self._waiting.append(Job(in_context, expected_s, receive, done, expiry, abandon))
        self._backlog.add(expected_s)
        self._start_waiting()
        return await done

    def _start_waiting(self) -> None:
        while self._waiting and self._held_by is None:
            job = self._waiting.popleft()
            job.expiry.cancel()
            if job.done.done() or has_left(job.receive):
                self._end(job, partial(job.done.set_exception, ClientDisconnect()))
            elif job.expected_s <= LONGEST_HERE_S:
                self._end(job, outcome_of(partial(self._compute_here, job.work), job.done))
                self._backlog.note_end(job.expected_s, others_wait=bool(self._waiting))
            else:
                self._hand_over(job)
        if self._held_by is None:
            self._backlog.note_pause()

    def _expire(self) -> None:
        """Refuse the first that waits: whoever has to be refused is the first.

        All may wait equally long, those that are started stop their timers, and timers of equal length end in the
        order in which they began.
        """
        job = self._waiting.popleft()
        self._end(job, partial(job.done.set_exception, overloaded(ShedReason.WAITED)))

    def _end(self, job: Job[Any], tell: Callable[[], None]) -> None:
        self._backlog.take_off(job.expected_s)
        if not job.done.done():  # else its request was cancelled
            tell()

    def _compute_here(self, work: Callable[[], T]) -> T:
        began_s = self._clock()
        try:
            return work()
        finally:
            end_s = self._clock()
            self._spent_s += end_s - began_s
            if self._spent_s > self._slice_s:
                self._held_by, self._held_since_s = HeldBy.LOOP, end_s
                asyncio.get_running_loop().call_soon(self._open)

    def _open(self) -> None:
        """Go on now that the loop has been round."""
        away_s = self._clock() - self._held_since_s
        self._slice_s = min(max(SLICE_S, away_s), LONGEST_SLICE_S)
        self._spent_s, self._held_by = 0.0, None
        self._start_waiting()

    def _hand_over(self, job: Job[Any]) -> None:
        """Have the thread compute."""
        self._held_by = HeldBy.THREAD
        self._watch = None if job.abandon is None else when_left(job.receive, job.abandon)
        self._worker.do(partial(self._compute_there, job, job.done.get_loop()))

    def _compute_there(self, job: Job[Any], loop: asyncio.AbstractEventLoop) -> None:
        tell = outcome_of(job.work, job.done)
        with suppress(RuntimeError):  # the loop was closed: nobody waits for the answer any more
            loop.call_soon_threadsafe(self._end_thread, job, tell)

    def _end_thread(self, job: Job[Any], tell: Callable[[], None]) -> None:
        if self._watch is not None:
            self._watch.cancel()
        if has_left(job.receive):  # an answer would count, and reach nobody
            tell = partial(job.done.set_exception, ClientDisconnect())
        self._end(job, tell)
        self._backlog.note_end(job.expected_s, others_wait=bool(self._waiting))
        self._held_by = None
        self._start_waiting()


def overloaded(shed: ShedReason) -> ProblemError:
    """Return the problem of a request that would have to wait for too long."""
    return unavailable("The service has more requests than it can answer in time; try again later.", shed)
