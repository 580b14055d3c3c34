"""A run over time as the report holds it: requests from second to second, and how each generator process fared."""

import math
from collections.abc import Iterator, Sequence
from typing import Self

from pydantic import Field

from load_tests.judging.measurement import Measurement, percentile
from load_tests.recording.generator_health import Generator
from load_tests.recording.tally import Second
from load_tests.report.part import Column, Part

MOST_STEPS = 600
"""More points than this no picture shows."""


class SecondsReport(Part):
    """Requests by the time at which they were due, in equal steps; times are seconds since the run began.

    Every column has one entry a step. Latencies are of correct answers, in milliseconds; null without one.
    """

    step_s: int = Field(description="Length of a step.")
    begins_s: tuple[int, ...]
    due: tuple[int, ...]
    correct: tuple[int, ...]
    failed: tuple[int, ...]
    dropped: tuple[int, ...]
    p50_ms: Column
    p95_ms: Column
    p99_ms: Column
    max_ms: Column
    late: tuple[int, ...] = Field(
        default=(), description="Correct answers later than the latency objective after the load step allows."
    )
    served: dict[str, tuple[int, ...]] = Field(
        default={}, description="Answers by who gave them, as said in X-Served-By: in Kubernetes the pod."
    )

    @classmethod
    def of(cls, measurement: Measurement, late_after_s: float = math.inf) -> Self:
        """The whole run, what was due while stages settled included."""
        step_s = max(1, math.ceil(measurement.ended_s / MOST_STEPS))
        steps: dict[int, list[Second]] = {
            begin * step_s: [] for begin in range(math.ceil(measurement.ended_s / step_s))
        }
        for number, second in _seconds(measurement):
            steps.setdefault(number // step_s * step_s, []).append(second)
        begins_s = sorted(steps)
        parts = [steps[begin_s] for begin_s in begins_s]
        latencies_s = [sorted(latency_s for second in part for latency_s in second.latencies_s) for part in parts]
        return cls(
            step_s=step_s,
            begins_s=tuple(begins_s),
            due=tuple(sum(second.due for second in part) for part in parts),
            correct=tuple(sum(second.correct for second in part) for part in parts),
            failed=tuple(sum(second.failed for second in part) for part in parts),
            dropped=tuple(sum(second.dropped for second in part) for part in parts),
            p50_ms=_column(latencies_s, 50),
            p95_ms=_column(latencies_s, 95),
            p99_ms=_column(latencies_s, 99),
            max_ms=_column(latencies_s, 100),
            late=tuple(sum(second.slower_than(late_after_s) for second in part) for part in parts),
            served={
                name: tuple(sum(second.served.get(number, 0) for second in part) for part in parts)
                for number, name in enumerate(measurement.servers)
                if number
            },
        )


def _seconds(measurement: Measurement) -> Iterator[tuple[int, Second]]:
    for stage in measurement.stages:
        yield from stage.settling.items()
        yield from stage.seconds.items()


def _column(latencies_s: Sequence[Sequence[float]], percent: float) -> Column:
    return tuple(round(percentile(rising, percent) * 1000, 3) if rising else None for rising in latencies_s)


class GeneratorReport(Part):
    """One process that offered load, sampled about once a second; every column has one entry a sample."""

    name: str
    host: str
    cores: float = Field(description="CPU cores that it may use.")
    at_s: tuple[float, ...] = Field(description="End of each sample, seconds since the run began.")
    cpu_share: tuple[float, ...] = Field(description="Of the CPU it may use.")
    latest_ms: tuple[float, ...] = Field(description="Longest delay from due to sent.")
    in_flight: tuple[int, ...] = Field(description="Requests without an answer.")
    paused_ms: tuple[float, ...] = Field(description="How long it stood still.")

    @classmethod
    def of(cls, generator: Generator) -> Self:
        """Report a process, with as many samples as a picture shows."""
        health = generator.health
        every = max(1, math.ceil(len(health.at_s) / MOST_STEPS))
        ends_s = health.at_s[every - 1 :: every]
        begins_s = [0.0, *ends_s][: len(ends_s)]
        return cls(
            name=generator.name,
            host=generator.host,
            cores=generator.cores,
            at_s=tuple(round(at_s, 3) for at_s in ends_s),
            cpu_share=tuple(round(max(part) / generator.cores, 4) for part in _parts(health.cores, every)),
            latest_ms=tuple(round(max(part) * 1000, 3) for part in _parts(health.latest_s, every)),
            in_flight=tuple(int(max(part)) for part in _parts(health.in_flight, every)),
            paused_ms=tuple(
                round(sum(generator.pauses.within(begin_s, end_s)) * 1000, 1)
                for begin_s, end_s in zip(begins_s, ends_s, strict=True)
            ),
        )


def _parts(column: Sequence[float], every: int) -> Iterator[Sequence[float]]:
    """Whole parts of `every` samples each."""
    return (column[begin : begin + every] for begin in range(0, len(column) - every + 1, every))
