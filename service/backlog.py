"""How long a prediction that comes now would wait for its turn."""

from collections.abc import Callable

from service.pace import Pace


class Backlog:
    """What was accepted and is not done yet, in seconds of computing and of waiting.

    Parameters
    ----------
    clock : callable
        The time in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._computing_s = 0.0
        """What all of it should take to compute."""
        self._stretch = Pace(1.0)
        """Time that passes per second of computing while others wait: reading and refusing take time as well."""
        self._previous_end_s: float | None = None
        """When the latest prediction ended, if others waited then."""

    def add(self, expected_s: float) -> None:
        """Count a prediction that should take so long."""
        self._computing_s += expected_s

    def take_off(self, expected_s: float) -> None:
        """Count one off that is done, or that nobody waits for any more."""
        self._computing_s -= expected_s

    def wait_s(self) -> float:
        """Return how long a prediction should wait that comes now."""
        return self._stretch.expected_s(self._computing_s)

    def note_end(self, expected_s: float, others_wait: bool) -> None:
        """Learn how long a prediction held up those behind it, from one end to the next."""
        end_s = self._clock()
        if self._previous_end_s is not None and expected_s:
            self._stretch.note(end_s - self._previous_end_s, expected_s)
        self._previous_end_s = end_s if others_wait else None

    def note_pause(self) -> None:
        """Nobody waits: the time until the next one comes says nothing."""
        self._previous_end_s = None
