"""What a run measured, stage by stage: the input of the verdict and of the reports."""

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from load_tests.judging.floor import Floor
from load_tests.judging.judgement import Judgement
from load_tests.recording.generator_health import Generator, StageHealth
from load_tests.recording.outcomes import Outcome
from load_tests.recording.tally import Counts, Second, StageTally
from load_tests.specification.timeline import Window


@dataclass(frozen=True)
class StageMeasurement:
    """The requests that were due in one stage; what was due while it settled is kept apart."""

    window: Window
    seconds: dict[int, Second]
    """The judged part, by the whole second of the run."""
    generators: tuple[StageHealth, ...]
    """How each process that offered load fared in the judged part."""
    measured_s: float
    """How much of the judged part was run; less than all of it if the run was cut short."""
    settling: dict[int, Second]

    @cached_property
    def counts(self) -> Counts:
        """The outcomes of the judged part."""
        columns = zip(*(second.counts for second in self.seconds.values()), strict=True)
        return Counts([sum(column) for column in columns] or [0] * len(Outcome))

    @cached_property
    def latencies_s(self) -> Sequence[float]:
        """Of correct answers, from due to answered, rising."""
        return array("d", sorted(chain.from_iterable(second.latencies_s for second in self.seconds.values())))

    @cached_property
    def lateness_s(self) -> Sequence[float]:
        """Of the requests sent, from due to sent, rising."""
        return array("d", sorted(chain.from_iterable(second.lateness_s for second in self.seconds.values())))

    @property
    def due(self) -> int:
        """Requests due."""
        return self.counts.due

    @property
    def correct(self) -> int:
        """Requests answered correctly, however late."""
        return self.counts.correct

    @property
    def failed(self) -> int:
        """Requests that went wrong, but for those that the generator dropped."""
        return self.counts.failed

    @property
    def dropped(self) -> int:
        """Requests that the generator never sent."""
        return self.counts.dropped

    def slower_than(self, threshold_s: float) -> int:
        """Correct answers that came later than `threshold_s` after they were due."""
        return sum(second.slower_than(threshold_s) for second in self.seconds.values())

    def waits_by_second(self) -> Iterator[list[float]]:
        """Of each second of the measured time, in order, the latencies of all requests due; infinite if not correct."""
        begins_s = self.window.judged_from_s
        for number in range(int(begins_s), math.ceil(begins_s + self.measured_s)):
            second = self.seconds.get(number, Second())
            yield [*second.latencies_s, *[math.inf] * (second.due - second.correct)]


@dataclass(frozen=True)
class Measurement:
    """A whole run."""

    stages: tuple[StageMeasurement, ...]
    """Every stage of the timeline, warm-up included."""
    ended_s: float
    """When the run stopped offering load; before the timeline's end if it was cut short."""
    stopped_by: str = ""
    """What stopped the run early: `SIGTERM`; empty if nothing did."""
    broken_early: Judgement | None = None
    """The objective for which the run was ended early, as its scenario wishes; None if it was not."""
    floor: Floor | None = None
    """What the generator alone takes on this machine; None if that was not measured."""
    generators: tuple[Generator, ...] = ()
    """The processes that offered load, from second to second."""
    generator_errors: tuple[str, ...] = ()
    """Errors of the load generator itself, which lost requests or answers."""
    servers: tuple[str, ...] = ("",)
    """Names of those who answered, by their number."""


def measured_stage(tally: StageTally, ended_s: float, generators: Sequence[Generator]) -> StageMeasurement:
    """What a stage came to when the run offered load until `ended_s`; neither orders nor processes show in it."""
    window = tally.window
    return StageMeasurement(
        window=window,
        seconds=_in_order(tally.judged),
        generators=tuple(
            generator.within(window.judged_from_s, min(window.ends_s, ended_s)) for generator in generators
        ),
        measured_s=max(0.0, min(window.ends_s, ended_s) - window.judged_from_s),
        settling=_in_order(tally.settling),
    )


def _in_order(seconds: dict[int, Second]) -> dict[int, Second]:
    return {
        number: Second(
            second.counts,
            array("d", sorted(second.latencies_s)),
            array("d", sorted(second.lateness_s)),
            dict(sorted(second.served.items())),
        )
        for number, second in sorted(seconds.items())
    }


def percentile(rising: Sequence[float], percent: float) -> float:
    """Smallest value that at least `percent` % of the values do not exceed (nearest rank); NaN of nothing."""
    if not rising:
        return float("nan")
    rank = math.ceil(round(len(rising) * percent / 100, 9))
    return rising[max(1, rank) - 1]
