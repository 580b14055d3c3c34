"""Looking at what a client has sent, without waiting for more."""

from collections.abc import Coroutine
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
