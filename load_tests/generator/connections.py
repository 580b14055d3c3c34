"""Connections with a maximum age, so that a service's new replicas get their share of a load that goes on.

A client that keeps its connections alive stays with the replicas it knew when it opened them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # importing Locust patches the standard library for the whole process
    from locust.contrib.fasthttp import FastHttpSession


class Connections:
    """Sessions used in turn, each replaced when it has reached its age, at times spread evenly.

    Parameters
    ----------
    new_session : callable
        Makes a session, which keeps its connections alive.
    lanes : int
        Number of sessions.
    max_age_s : float or None
        Age at which a session is replaced by a new one; None for never.
    clock_s : callable
        Time in seconds.
    """

    def __init__(
        self,
        new_session: "Callable[[], FastHttpSession]",
        lanes: int,
        max_age_s: float | None,
        clock_s: Callable[[], float],
    ) -> None:
        self._new_session = new_session
        self._max_age_s = max_age_s
        self._clock_s = clock_s
        self._sessions = [new_session() for _ in range(lanes)]
        self._expire_s = [clock_s() + (max_age_s or 0.0) * (lane + 1) / lanes for lane in range(lanes)]
        self._turn = 0

    def next(self) -> "FastHttpSession":
        """The session whose turn it is."""
        lane = self._turn = (self._turn + 1) % len(self._sessions)
        if self._max_age_s is not None and self._clock_s() >= self._expire_s[lane]:
            self._replace(lane)
            self._expire_s[lane] = self._clock_s() + self._max_age_s
        return self._sessions[lane]

    def discard(self, session: "FastHttpSession") -> None:
        """Replace a session after a timeout: its client does not get the place of the hung connection back."""
        if session in self._sessions:
            self._replace(self._sessions.index(session))

    def _replace(self, lane: int) -> None:
        """Put a new session in place; the old one closes its idle connections now and the others as they end."""
        self._sessions[lane].client.clientpool.close()
        self._sessions[lane] = self._new_session()
