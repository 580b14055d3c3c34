"""What became of a request, and the recorder that notes when each was due, sent and answered."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol


class Outcome(IntEnum):
    """What became of a request that was due."""

    CORRECT = 0
    WRONG_STATUS = 1
    WRONG_ANSWER = 2
    TIMEOUT = 3
    CONNECTION = 4
    UNFINISHED = 5
    """Still without an answer when the run had waited as long as the timeout."""
    DROPPED = 6
    """Never sent: the generator had too many requests in flight."""

    @property
    def title(self) -> str:
        """In words: `wrong status`."""
        return self.name.lower().replace("_", " ")


MOST_DETAILS = 50
OTHER_DETAILS = "other failures"
FAILURES = (Outcome.WRONG_STATUS, Outcome.WRONG_ANSWER, Outcome.TIMEOUT, Outcome.CONNECTION, Outcome.UNFINISHED)


@dataclass(frozen=True)
class Request:
    """One request; times are seconds since the run began."""

    due_s: float
    sent_s: float
    ended_s: float
    outcome: Outcome
    server: int = 0
    """Number of who answered."""


class RequestSink(Protocol):
    """Takes requests as they end: a log that travels to the master, or the tally of the run."""

    def append(self, due_s: float, sent_s: float, ended_s: float, outcome: Outcome, server: int = 0) -> None:
        """Take a request that has ended; times are seconds since the run began."""


@dataclass
class RequestLog:
    """Requests in columns (27 bytes each), in the order in which they ended."""

    due_s: array[float] = field(default_factory=lambda: array("d"))
    sent_s: array[float] = field(default_factory=lambda: array("d"))
    ended_s: array[float] = field(default_factory=lambda: array("d"))
    outcome: array[int] = field(default_factory=lambda: array("B"))
    server: array[int] = field(default_factory=lambda: array("H"))

    def append(self, due_s: float, sent_s: float, ended_s: float, outcome: Outcome, server: int = 0) -> None:
        """Add a request that has ended."""
        self.due_s.append(due_s)
        self.sent_s.append(sent_s)
        self.ended_s.append(ended_s)
        self.outcome.append(outcome)
        self.server.append(server)

    def __len__(self) -> int:
        return len(self.due_s)

    def __iter__(self) -> Iterator[Request]:
        columns = zip(self.due_s, self.sent_s, self.ended_s, self.outcome, self.server, strict=True)
        for due_s, sent_s, ended_s, outcome, server in columns:
            yield Request(due_s, sent_s, ended_s, Outcome(outcome), server)


@dataclass
class Recorder:
    """Knows the requests in flight, and hands each on when it ends.

    A request that never ends raises no event anywhere, so it is noted when it leaves, not when it comes back.
    """

    clock_s: Callable[[], float]
    """Seconds since the run began."""
    sink: RequestSink
    details: Counter[str] = field(default_factory=Counter)
    """How often each kind of failure was seen, in words: `status 503`, `ConnectionRefusedError`."""
    latest_s: float = 0.0
    """How late the latest request left since this was last set to zero."""
    _in_flight: dict[int, tuple[float, float]] = field(default_factory=dict)
    _tickets: int = 0

    @property
    def in_flight(self) -> int:
        """Number of requests sent and not ended."""
        return len(self._in_flight)

    def sent(self, due_s: float) -> int:
        """Note that a request leaves now; returns the ticket to end it with."""
        now_s = self.clock_s()
        self._tickets += 1
        self._in_flight[self._tickets] = (due_s, now_s)
        self.latest_s = max(self.latest_s, now_s - due_s)
        return self._tickets

    def ended(self, ticket: int, outcome: Outcome, detail: str = "", server: int = 0) -> None:
        """Hand on a request as ended now, with the kind of failure in `detail`; nothing if it was abandoned before.

        `server` is the number of who answered, 0 of nobody who is known.
        """
        left = self._in_flight.pop(ticket, None)
        if left is None:
            return
        due_s, sent_s = left
        self.sink.append(due_s, sent_s, self.clock_s(), outcome, server)
        if detail:
            count_detail(self.details, detail)

    def dropped(self, due_s: float) -> None:
        """Hand on a request that was due and could not be sent."""
        now_s = self.clock_s()
        self.sink.append(due_s, now_s, now_s, Outcome.DROPPED)

    def abandon(self) -> None:
        """Hand on all requests in flight as unfinished: the run waits no longer."""
        for ticket in list(self._in_flight):
            self.ended(ticket, Outcome.UNFINISHED)


def count_detail(details: Counter[str], detail: str, times: int = 1) -> None:
    """Count a kind of failure, with those beyond the first `MOST_DETAILS` kinds together."""
    known = detail in details or len(details) < MOST_DETAILS
    details[detail if known else OTHER_DETAILS] += times
