"""The tally of a run: requests counted as they end, second by second of the stage in which they were due."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from load_tests.recording.outcomes import FAILURES, Outcome, Request
from load_tests.specification.timeline import Timeline, Window


class RequestCounts(Protocol):
    """Counts of requests, of whatever stretch of time."""

    @property
    def due(self) -> int:
        """Requests due."""

    @property
    def correct(self) -> int:
        """Requests answered correctly, however late."""

    @property
    def failed(self) -> int:
        """Requests that went wrong, but for those that the generator dropped."""

    def slower_than(self, threshold_s: float) -> int:
        """Correct answers that came later than `threshold_s` after they were due."""


class StageCounts(RequestCounts, Protocol):
    """What an objective is judged by: the requests of a stage, all of them or those known so far."""

    @property
    def measured_s(self) -> float:
        """How much of the judged part they are from."""


def _no_counts() -> list[int]:
    return [0] * len(Outcome)


@dataclass
class Counts:
    """How often there was each outcome; the place in `counts` is the outcome's number, which is quicker than a dict."""

    counts: list[int] = field(default_factory=_no_counts)

    def of(self, outcome: Outcome) -> int:
        """Requests with an outcome."""
        return self.counts[outcome]

    @property
    def due(self) -> int:
        """Requests due."""
        return sum(self.counts)

    @property
    def correct(self) -> int:
        """Requests answered correctly, however late."""
        return self.counts[Outcome.CORRECT]

    @property
    def failed(self) -> int:
        """Requests that went wrong, but for those that the generator dropped."""
        return sum(self.counts[outcome] for outcome in FAILURES)

    @property
    def dropped(self) -> int:
        """Requests that the generator never sent."""
        return self.counts[Outcome.DROPPED]


@dataclass
class Second(Counts):
    """Requests due in one second of a run, or in the part of it that belongs to one stage."""

    latencies_s: array[float] = field(default_factory=lambda: array("d"))
    """Of correct answers, from due to answered."""
    lateness_s: array[float] = field(default_factory=lambda: array("d"))
    """Of the requests sent, from due to sent."""
    served: dict[int, int] = field(default_factory=dict)
    """How many of the requests each server answered, by its number."""

    def slower_than(self, threshold_s: float) -> int:
        """Correct answers that came later than `threshold_s` after they were due."""
        return sum(latency_s > threshold_s for latency_s in self.latencies_s)


@dataclass
class StageTally(Counts):
    """What is known of one stage so far: the counts are those of its judged part."""

    window: Window = field(kw_only=True)
    settling: dict[int, Second] = field(default_factory=dict)
    """What was due while the stage settled, by the whole second of the run."""
    judged: dict[int, Second] = field(default_factory=dict)
    """What was due afterwards."""
    slower: dict[float, int] = field(default_factory=dict)
    """By threshold in seconds: correct answers of the judged part that came later."""
    measured_s: float = 0.0
    """How much of the judged part has passed, as of the last look."""

    def slower_than(self, threshold_s: float) -> int:
        """Correct answers that came later than `threshold_s`, one of the thresholds that are counted."""
        return self.slower[threshold_s]

    def add(self, due_s: float, sent_s: float, ended_s: float, outcome: Outcome, server: int = 0) -> None:
        """Count a request that was due in this stage."""
        judged = self.window.judged_from_s <= due_s < self.window.ends_s
        seconds, number = (self.judged if judged else self.settling), int(due_s)
        second = seconds.get(number)
        if second is None:
            second = seconds[number] = Second()
        second.counts[outcome] += 1
        if server:
            second.served[server] = second.served.get(server, 0) + 1
        if outcome is not Outcome.DROPPED:
            second.lateness_s.append(sent_s - due_s)
        if outcome is Outcome.CORRECT:
            second.latencies_s.append(ended_s - due_s)
        if judged:
            self._add_to_totals(outcome, ended_s - due_s)

    def _add_to_totals(self, outcome: Outcome, latency_s: float) -> None:
        self.counts[outcome] += 1
        if outcome is Outcome.CORRECT:
            for threshold_s in self.slower:
                if latency_s > threshold_s:
                    self.slower[threshold_s] += 1


class Tally:
    """Counts every request of a run, whichever process sent it, in the stage in which it was due.

    Parameters
    ----------
    timeline : Timeline
        The stages.
    thresholds_s : sequence of float
        Latencies in seconds for which slower answers are counted as they come.
    """

    def __init__(self, timeline: Timeline, thresholds_s: Sequence[float] = ()) -> None:
        self._timeline = timeline
        self.stages = [StageTally(window=window, slower=dict.fromkeys(thresholds_s, 0)) for window in timeline.windows]
        self.total = 0
        """Requests that have ended, whatever became of them."""
        self.correct = 0

    def append(self, due_s: float, sent_s: float, ended_s: float, outcome: Outcome, server: int = 0) -> None:
        """Count a request that has ended; times are seconds since the run began."""
        self.total += 1
        self.correct += outcome is Outcome.CORRECT
        self.stages[self._timeline.number_at(due_s)].add(due_s, sent_s, ended_s, outcome, server)

    def look(self, now_s: float) -> dict[str, StageTally]:
        """What is known at a time, by the stages' names."""
        for stage in self.stages:
            window = stage.window
            stage.measured_s = max(0.0, min(window.ends_s, now_s) - window.judged_from_s)
        return {stage.window.name: stage for stage in self.stages}

    def extend(self, requests: Iterable[Request], servers: Sequence[int] = (0,)) -> None:
        """Count requests that another process recorded; `servers` are our numbers for its own."""
        for request in requests:
            server = servers[request.server]
            self.append(request.due_s, request.sent_s, request.ended_s, request.outcome, server)
