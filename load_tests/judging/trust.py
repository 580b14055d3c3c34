"""Whether a measurement can be trusted: whether the run was whole and the load generator kept up."""

from collections.abc import Iterator, Sequence

from load_tests.judging.floor import floor_problem
from load_tests.judging.measurement import Measurement, StageMeasurement, percentile
from load_tests.recording.generator_health import BUSIEST_CPU_SHARE, StageHealth
from load_tests.recording.tally import StageTally
from load_tests.specification.demands import JudgedDemand
from load_tests.specification.objectives import LatencyObjective
from load_tests.specification.quantities import format_duration
from load_tests.specification.timeline import Timeline

MOST_DROPPED = 0.005
"""Largest share of the requests due that the generator may fail to send."""
MOST_LATENESS = 0.2
"""Largest 99th percentile of the delay before sending, as a share of the tightest threshold."""
MOST_PAUSED = 0.01
"""Largest share of the time in which the generator may stand still for longer than that."""


def reasons_for_distrust(
    measurement: Measurement, timeline: Timeline, demands: Sequence[JudgedDemand], timeout_s: float
) -> Iterator[str]:
    """Why the measurement cannot be trusted; nothing if it can."""
    judged = [stage for stage in measurement.stages if stage.window.judged]
    yield from (f"the load generator failed: {error}" for error in measurement.generator_errors)
    if measurement.stopped_by or (measurement.ended_s < timeline.ends_s and not measurement.broken_early):
        yield _cut_short(measurement, timeline)
    if not sum(stage.due - stage.dropped for stage in judged):
        yield "no request was sent in a judged stage"
    for stage in judged:
        most_s = MOST_LATENESS * _tightest_s(stage, demands, timeout_s)
        yield from dropping(stage)
        if measurement.floor is not None and stage.due:
            rate_rps = stage.window.offered_rps / max(1, len(measurement.generators))
            tightest_s = _tightest_s(stage, demands, timeout_s)
            yield from floor_problem(stage.window.name, rate_rps, tightest_s, measurement.floor)
        yield from _late(stage, most_s)
        for generator in stage.generators:
            who = "the generator" if len(stage.generators) == 1 else generator.name
            yield from _overworked(stage, generator, who)
            yield from _standing_still(stage, generator, who, most_s)


def _cut_short(measurement: Measurement, timeline: Timeline) -> str:
    window = timeline.at(measurement.ended_s)
    by = f" by {measurement.stopped_by}" if measurement.stopped_by else ""
    return (
        f"the run was stopped{by} after {format_duration(measurement.ended_s)} of "
        f"{format_duration(timeline.ends_s)}, in stage {window.name}"
    )


def dropping(stage: StageMeasurement | StageTally) -> Iterator[str]:
    """Say so if too much of the load was never offered."""
    if stage.dropped > MOST_DROPPED * stage.due:
        yield (
            f"{stage.window.name}: the generator dropped {stage.dropped} of {stage.due} requests, because too many "
            "others were in flight: offer less, or raise load.in_flight"
        )


def _tightest_s(stage: StageMeasurement, demands: Sequence[JudgedDemand], timeout_s: float) -> float:
    """The tightest threshold that a stage is judged by: of its latency objectives, or the timeout."""
    thresholds_s = [
        demand.objective.threshold_s
        for demand in demands
        if isinstance(demand.objective, LatencyObjective) and stage.window in demand.windows
    ]
    return min([*thresholds_s, timeout_s])


def _late(stage: StageMeasurement, most_s: float) -> Iterator[str]:
    """Say so if requests left so late that their latency is not the service's."""
    late_s = percentile(stage.lateness_s, 99)
    if late_s > most_s:
        late = f"1 % of the requests left {format_duration(late_s)} late or more"
        yield f"{stage.window.name}: {late}, {_too_much(most_s)}"


def _overworked(stage: StageMeasurement, generator: StageHealth, who: str) -> Iterator[str]:
    """Say so if a process had hardly any CPU left."""
    if generator.cpu_share >= BUSIEST_CPU_SHARE:
        yield (
            f"{stage.window.name}: {who} used {generator.cpu_share:.0%} of the CPU it may use, so it delayed what it "
            "measured: offer less, add processes (--processes) where cores are free, or use a faster machine"
        )


def _standing_still(stage: StageMeasurement, generator: StageHealth, who: str, most_s: float) -> Iterator[str]:
    """Say so if answers may have waited for a process rather than for the service."""
    paused_s = sum(pause_s for pause_s in generator.pauses_s if pause_s > most_s)
    if paused_s > MOST_PAUSED * stage.measured_s:
        yield f"{stage.window.name}: {who} stood still for {format_duration(paused_s)} in all, {_too_much(most_s)}"


def _too_much(most_s: float) -> str:
    tightest = format_duration(most_s / MOST_LATENESS)
    return f"too much for a threshold of {tightest}: free this machine's CPU, offer less, or allow more time"
