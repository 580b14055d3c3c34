"""What a run measured, counted stage by stage: the input of the verdict."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from load_tests.outcomes import FAILURES, Outcome, Request
from load_tests.timeline import Timeline, Window


@dataclass(frozen=True)
class GeneratorHealth:
    """How the load generator itself fared in the judged part of a stage."""

    cpu_share: float
    """Of its core, mean."""
    pauses_s: tuple[float, ...] = ()
    """How long it stood still, each time."""


@dataclass(frozen=True)
class StageMeasurement:
    """The requests that were due in the judged part of one stage."""

    window: Window
    outcomes: Counter[Outcome]
    latencies_s: tuple[float, ...]
    """Of correct answers, from due to answered, rising."""
    lateness_s: tuple[float, ...]
    """Of the requests sent, from due to sent, rising."""
    generator: GeneratorHealth
    measured_s: float
    """How much of the judged part was run; less than all of it if the run was cut short."""

    @property
    def due(self) -> int:
        """Requests due."""
        return self.outcomes.total()

    @property
    def correct(self) -> int:
        """Requests answered correctly, however late."""
        return self.outcomes[Outcome.CORRECT]

    @property
    def failed(self) -> int:
        """Requests that went wrong, but for those that the generator dropped."""
        return sum(self.outcomes[outcome] for outcome in FAILURES)

    @property
    def dropped(self) -> int:
        """Requests that the generator never sent."""
        return self.outcomes[Outcome.DROPPED]

    def slower_than(self, threshold_s: float) -> int:
        """Correct answers that came later than `threshold_s` after they were due."""
        return sum(latency_s > threshold_s for latency_s in self.latencies_s)


@dataclass(frozen=True)
class Measurement:
    """A whole run."""

    stages: tuple[StageMeasurement, ...]
    """Every stage of the timeline, warm-up included."""
    ended_s: float
    """When the run stopped offering load; before the timeline's end if it was cut short."""
    stopped_by: str = ""
    """What stopped the run early: `SIGTERM`; empty if nothing did."""
    generator_errors: tuple[str, ...] = ()
    """Errors of the load generator itself, which lost requests or answers."""


def measure_stages(
    timeline: Timeline, requests: Iterable[Request], generators: Sequence[GeneratorHealth], ended_s: float
) -> tuple[StageMeasurement, ...]:
    """Count requests in the stage in which they were due; what was due while a stage settled is left out."""
    outcomes: dict[str, Counter[Outcome]] = {window.name: Counter() for window in timeline.windows}
    latencies_s: dict[str, list[float]] = {window.name: [] for window in timeline.windows}
    lateness_s: dict[str, list[float]] = {window.name: [] for window in timeline.windows}
    for request in requests:
        window = timeline.at(request.due_s)
        if not window.judged_from_s <= request.due_s < window.ends_s:
            continue
        outcomes[window.name][request.outcome] += 1
        if request.outcome is not Outcome.DROPPED:
            lateness_s[window.name].append(request.sent_s - request.due_s)
        if request.outcome is Outcome.CORRECT:
            latencies_s[window.name].append(request.latency_s)
    return tuple(
        StageMeasurement(
            window,
            outcomes[window.name],
            tuple(sorted(latencies_s[window.name])),
            tuple(sorted(lateness_s[window.name])),
            generator,
            max(0.0, min(window.ends_s, ended_s) - window.judged_from_s),
        )
        for window, generator in zip(timeline.windows, generators, strict=True)
    )


def percentile(rising: Sequence[float], percent: float) -> float:
    """Smallest value that at least `percent` % of the values do not exceed (nearest rank); NaN of nothing."""
    if not rising:
        return float("nan")
    rank = math.ceil(round(len(rising) * percent / 100, 9))
    return rising[max(1, rank) - 1]
