"""Looking at what a client has sent, without waiting for more."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

from starlette.types import Message, Receive


def at_hand(receive: Receive) -> Message | None:
    """Return the next message if it is here already.

    ASGI only offers to wait for it, and a timer for something that is nearly always here costs more than the
    rest of the reading. But the first step of a coroutine shows whether it has to wait.
    """
    asking = cast("Coroutine[Any, Any, Message]", receive())
    try:
        asking.send(None)
    except StopIteration as answered:
        return cast("Message", answered.value)
    asking.close()
    return None


def has_left(receive: Receive) -> bool:
    """Say whether a client whose request was read has gone."""
    message = at_hand(receive)
    return message is not None and message["type"] == "http.disconnect"


def when_left(receive: Receive, tell: Callable[[], None]) -> "asyncio.Future[Message]":
    """Tell when a client whose request was read goes; cancel what is returned to be told no more.

    Nothing else can come after the request.
    """
    leaving = asyncio.ensure_future(cast("Coroutine[Any, Any, Message]", receive()))
    leaving.add_done_callback(lambda watch: None if watch.cancelled() else tell())
    return leaving
