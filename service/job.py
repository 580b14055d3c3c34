"""A prediction that waits for its turn, and how its outcome reaches who waits for it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from starlette.types import Receive

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Job(Generic[T]):
    """A prediction that waits for its turn."""

    work: Callable[[], T]
    expected_s: float
    receive: Receive
    done: "asyncio.Future[T]"
    expiry: asyncio.TimerHandle
    abandon: Callable[[], None] | None
    """Tells the work, while a thread does it, that nobody waits for it any more."""


def outcome_of(work: Callable[[], T], done: "asyncio.Future[T]") -> Callable[[], None]:
    """Do the work; return what tells its result or its exception to who waits for it.

    Whatever it raises: one that was not told would keep its client waiting, and all behind it for ever.
    """
    try:
        return partial(done.set_result, work())
    except BaseException as error:
        # No future takes a StopIteration, and a SystemExit would end the loop.
        is_plain = isinstance(error, Exception) and not isinstance(error, StopIteration)
        return partial(done.set_exception, error if is_plain else RuntimeError(f"the prediction raised {error!r}"))
