"""Until when a run offers load: to the end of its timeline, or until it is stopped before."""

from collections.abc import Callable

from load_tests.specification.timeline import Timeline


class StoppableRun:
    """What the run of one process, and the record of all of them, have in common."""

    timeline: Timeline
    now_s: Callable[[], float]
    """Seconds since the run began."""
    _ended_s: float | None = None

    @property
    def offering(self) -> bool:
        """Whether what is due is to be sent: the run was not stopped."""
        return self._ended_s is None

    @property
    def ends_s(self) -> float:
        """When the load ends, or has ended."""
        return self.timeline.ends_s if self._ended_s is None else self._ended_s

    def stop_offering(self) -> None:
        """Have nothing more sent: the run is over, or is being stopped."""
        if self._ended_s is None:
            self._ended_s = min(self.now_s(), self.timeline.ends_s)
