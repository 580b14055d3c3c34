"""Ending so that no request is lost: first say so, then stop listening, then finish what is in flight."""

import signal
import time
from types import FrameType

import uvicorn

from service.connections import Connections
from service.health import Lifecycle, Phase
from service.signals import end_at_once_when_told


class DrainingServer(uvicorn.Server):
    """A uvicorn server that is still there for those who have not yet heard that it is going.

    At the first SIGTERM it stops being ready but answers on, and each answer asks for a new connection. Only after
    the drain time, when everyone in front of it knows, does uvicorn's own graceful stop begin.

    Parameters
    ----------
    config : uvicorn.Config
        How to serve.
    connections : Connections
        What its connections share.
    lifecycle : Lifecycle
        Where it says that it is going.
    drain_s : float
        How long it answers on; a SIGINT, which comes from a person, skips this.
    """

    def __init__(self, config: uvicorn.Config, connections: Connections, lifecycle: Lifecycle, drain_s: float) -> None:
        super().__init__(config)
        self.server_state: Connections = connections
        self._lifecycle = lifecycle
        self._drain_s = drain_s
        self._stops_s = float("inf")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Begin to end; the next signal ends the process at once."""
        end_at_once_when_told()
        self._lifecycle.phase = Phase.DRAINING
        self.server_state.each_answer_is_the_last = True
        self._stops_s = time.monotonic() + (self._drain_s if sig == signal.SIGTERM else 0.0)

    async def on_tick(self, counter: int) -> bool:
        """Do what is due, ten times a second; return whether the time has come to stop."""
        if counter % 10 == 0:
            self.server_state.end_overdue()
        self.should_exit = self.should_exit or time.monotonic() >= self._stops_s
        return await super().on_tick(counter)
