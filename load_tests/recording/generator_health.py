"""Whether the load generator itself kept up: its CPU, how late its requests left, and the times when it stood still."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

BUSIEST_CPU_SHARE = 0.85
"""Above this share of what it may use, a generator delays what it measures."""
PULSE_S = 0.02
"""How often a generator looks whether it runs at all."""
SHORTEST_PAUSE_S = 0.005


@dataclass
class HealthLog:
    """How one process fared, sampled about once a second, in columns."""

    at_s: array[float] = field(default_factory=lambda: array("d"))
    """End of the sample, seconds since the run began."""
    cores: array[float] = field(default_factory=lambda: array("d"))
    """CPU cores used, on average since the last sample."""
    latest_s: array[float] = field(default_factory=lambda: array("d"))
    """Longest delay from due to sent."""
    in_flight: array[float] = field(default_factory=lambda: array("d"))
    """Requests without an answer."""

    def append(self, at_s: float, cores: float, latest_s: float, in_flight: float) -> None:
        """Add a sample."""
        self.at_s.append(at_s)
        self.cores.append(cores)
        self.latest_s.append(latest_s)
        self.in_flight.append(in_flight)

    def within(self, begins_s: float, ends_s: float) -> tuple[float, float]:
        """CPU seconds used between two times, and how many seconds of that time were sampled at all.

        A sample counts by the part of it that lies between them: a busy process is sampled late, and a stage may be
        shorter than the time from one sample to the next.
        """
        used_core_s = sampled_s = begin_s = 0.0
        for at_s, cores in zip(self.at_s, self.cores, strict=True):
            if (inside_s := min(at_s, ends_s) - max(begin_s, begins_s)) > 0:
                used_core_s += cores * inside_s
                sampled_s += inside_s
            begin_s = at_s
        return used_core_s, sampled_s


@dataclass
class PauseLog:
    """When a process stood still: it wanted to sleep for `PULSE_S` and slept longer.

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


@dataclass(frozen=True)
class StageHealth:
    """How one process fared in the judged part of one stage."""

    name: str
    cpu_share: float
    """Of what it may use, mean."""
    pauses_s: tuple[float, ...] = ()
    """How long it stood still, each time."""


@dataclass
class Generator:
    """One process that offers load, and how it fared."""

    name: str
    host: str = ""
    cores: float = 1.0
    """CPU cores that it may use."""
    health: HealthLog = field(default_factory=HealthLog)
    pauses: PauseLog = field(default_factory=PauseLog)

    @property
    def in_flight(self) -> int:
        """Requests without an answer when it last told."""
        return int(self.health.in_flight[-1]) if self.health.in_flight else 0

    def within(self, begins_s: float, ends_s: float) -> StageHealth:
        """How it fared between two times; its CPU share is 0 without a sample."""
        used_core_s, sampled_s = self.health.within(begins_s, ends_s)
        share = used_core_s / sampled_s / self.cores if sampled_s else 0.0
        return StageHealth(self.name, share, self.pauses.within(begins_s, ends_s))


@dataclass
class HealthSampler:
    """Adds a sample to a health log whenever it is asked to."""

    log: HealthLog
    clock_s: Callable[[], float]
    """Seconds since the run began."""
    cpu_clock_s: Callable[[], float]
    """CPU seconds this process has used."""
    _last: tuple[float, float] | None = None

    def sample(self, latest_s: float, in_flight: int) -> None:
        """Add what was used since the last sample; the first one only starts the measurement."""
        now = (self.clock_s(), self.cpu_clock_s())
        if self._last is not None and now[0] > self._last[0]:
            cores = (now[1] - self._last[1]) / (now[0] - self._last[0])
            self.log.append(now[0], cores, latest_s, in_flight)
        self._last = now


def share_hosts(generators: Sequence[Generator], allowed_cores: Callable[[float, int], float]) -> None:
    """Divide the cores of each machine among the processes that offer load from it."""
    hosts = [generator.host for generator in generators]
    for generator in generators:
        generator.cores = allowed_cores(generator.cores, hosts.count(generator.host))


def spare_garbage_collector() -> None:
    """Take all that exists now out of later collections, each of which would stop the generator for 0.1 s."""
    gc.collect()
    gc.freeze()
