"""Whether the load generator itself kept up: its CPU, and the times when it stood still."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field

BUSIEST_CPU_SHARE = 0.85
"""Above this share of its core a generator delays what it measures."""


@dataclass
class CpuLog:
    """CPU share of this process (one core is 1.0), sampled about once a second."""

    clock_s: Callable[[], float]
    """Seconds since the run began."""
    cpu_clock_s: Callable[[], float]
    """CPU seconds this process has used."""
    at_s: array[float] = field(default_factory=lambda: array("d"))
    share: array[float] = field(default_factory=lambda: array("d"))
    _last: tuple[float, float] | None = None

    def sample(self) -> None:
        """Add the CPU share since the last sample."""
        now = (self.clock_s(), self.cpu_clock_s())
        if self._last is not None and now[0] > self._last[0]:
            self.at_s.append(now[0])
            self.share.append((now[1] - self._last[1]) / (now[0] - self._last[0]))
        self._last = now

    def mean_share(self, begins_s: float, ends_s: float) -> float:
        """Mean CPU share from `begins_s` to `ends_s`; 0 without a sample."""
        inside = [share for at_s, share in zip(self.at_s, self.share, strict=True) if begins_s < at_s <= ends_s]
        return sum(inside) / len(inside) if inside else 0.0


PULSE_S = 0.02
"""How often the generator looks whether it runs at all."""
SHORTEST_PAUSE_S = 0.005


@dataclass
class PauseLog:
    """When the generator stood still: it wanted to sleep for `PULSE_S` and slept longer.

    Closed users are due when they wake, so that nothing else shows a generator that was stopped or starved.
    """

    pauses: list[tuple[float, float]] = field(default_factory=list)
    """Begin and end of each, seconds since the run began."""

    def note(self, before_s: float, after_s: float) -> None:
        """Note a sleep from `before_s` to `after_s`."""
        if after_s - before_s - PULSE_S > SHORTEST_PAUSE_S:
            self.pauses.append((before_s + PULSE_S, after_s))

    def within(self, begins_s: float, ends_s: float) -> tuple[float, ...]:
        """Lengths of the parts of pauses that lie between `begins_s` and `ends_s`."""
        parts = ((max(begins_s, begin_s), min(ends_s, end_s)) for begin_s, end_s in self.pauses)
        return tuple(end_s - begin_s for begin_s, end_s in parts if end_s > begin_s)
