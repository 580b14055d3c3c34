"""What connections may do, and what all of a server share: room for so many, and an end for those that are too slow."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, cast

from uvicorn.server import ServerState

from service.early_refusal import EarlyRefusals

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class ConnectionLimits:
    """What a connection may do."""

    max_connections: int
    request_timeout_s: float
    """How long a client may take to send the head of a request, and to take in an answer."""
    max_age_s: float
    max_answers: int


class Notes(Protocol):
    """Counts answers that connections give by themselves; returns the id under which each of them is known."""

    def note_unreadable(self, status: int, duration_s: float, headers: Headers) -> bytes:
        """Count an answer to what never became a request."""
        ...

    def note_refused(self, path: str, duration_s: float, headers: Headers) -> bytes:
        """Count a prediction for which there was no room."""
        ...


class Limited(Protocol):
    """A connection as the others see it."""

    transport: asyncio.Transport

    def end_if_overdue(self) -> None:
        """End the connection if its client has had its time."""


class Connections(ServerState):
    """What the connections of a server share.

    Parameters
    ----------
    limits : ConnectionLimits
        What each of them may do.
    notes : Notes
        Where answers are counted that connections give by themselves.
    early_refusals : EarlyRefusals or None
        What they refuse by themselves; None for nothing.
    """

    def __init__(self, limits: ConnectionLimits, notes: Notes, early_refusals: EarlyRefusals | None = None) -> None:
        super().__init__()
        self.limits = limits
        self.notes = notes
        self.early_refusals = early_refusals
        self.each_answer_is_the_last = False
        """Set when the server is about to stop: each answer then asks its client to go elsewhere."""
        self.awaited: OrderedDict[Limited, None] = OrderedDict()
        """Those whose client is to send or to take in something next, the one that has waited for longest first."""

    def make_room(self) -> None:
        """Cut the connection whose client has been silent for longest if there are too many."""
        if len(self.connections) > self.limits.max_connections and self.awaited:
            self.awaited.popitem(last=False)[0].transport.abort()

    def end_overdue(self) -> None:
        """End those whose clients are too slow."""
        for connection in cast("Iterable[Limited]", list(self.connections)):
            connection.end_if_overdue()
