"""Makes a plan of a scenario, of what one replica takes, and of how pods and autoscaler are set."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from load_tests.planning.chance import LOOKS, Spread, over_phases
from load_tests.planning.cpu_limit import is_out_of_reach, least_limit_cores, slowest_s
from load_tests.planning.demand import (
    is_planned_for,
    planned_rates,
    requests_in,
    share_that_may_be_bad,
    tightest_s,
)
from load_tests.planning.plan import Basis, Figure, Plan, StageNeed, Trial
from load_tests.planning.replicas import UNEVEN, autoscaled_replicas, highest_target, replicas_for
from load_tests.planning.situation import Situation
from load_tests.planning.sizes import Autoscaling, PodSize, Replica
from load_tests.specification.load_step import load_step_of
from load_tests.specification.offered_load import ConnectionUse
from load_tests.specification.quantities import format_duration
from load_tests.specification.scenario import Scenario
from load_tests.specification.timeline import Timeline, timeline_of

MOST_TRIALS = 8
"""With more replicas than this, not every number is tried."""


class OutOfReachError(Exception):
    """No number of replicas keeps the objectives; says why, and what does."""


@dataclass(frozen=True)
class Measured:
    """What one replica was measured to take, and of which service."""

    replica: Replica
    emulated_cpu_ms: float
    measured_at: datetime


@dataclass(frozen=True)
class Allowance:
    """What is planned beyond the bare need."""

    uneven: float = UNEVEN
    """How much more than its fair share the busiest replica may get."""
    spare: int = 1
    """How many replicas may fail without breaking an objective."""
    looks: int = LOOKS
    """How many phases of each of those who look at intervals are tried: more is closer to the worst, and slower."""


def plan_of(
    scenario: Scenario,
    measured: Measured,
    size: PodSize,
    autoscaling: Autoscaling,
    allowance: Allowance = Allowance(),
) -> Plan:
    """Say how many replicas a scenario needs, and from how many on an autoscaler is in time.

    OutOfReachError if no number of replicas is enough; ValueError if the autoscaler cannot be reckoned with, because
    its pods request less than they use idly.
    """
    if why := why_out_of_reach(scenario, measured.replica, size):
        raise OutOfReachError(why)
    replica, timeline = measured.replica, timeline_of(scenario)
    stages = tuple(_needs(timeline, replica, allowance.uneven))
    needed = max(stage.replicas for stage in stages if stage.planned_for)
    target = min(autoscaling.target, math.floor(100 * highest_target(replica, size, allowance.uneven)) / 100)
    aimed = replace(autoscaling, target=target)
    may_be_bad = share_that_may_be_bad(scenario) * requests_in(timeline)
    situation = replace(_situation(scenario, timeline, replica, size, aimed), uneven=allowance.uneven)
    trials = tuple(_trials(situation, needed, may_be_bad, allowance.looks))
    in_time = next(trial.least for trial in trials if trial.in_time)
    busiest_rps = max(stage.offered_rps for stage in stages if stage.planned_for)
    arrives_at = max(needed, autoscaled_replicas(busiest_rps, replica, size, target))
    return Plan(
        scenario=scenario.name,
        model=scenario.model,
        basis=_basis(measured, size, autoscaling, allowance),
        stages=stages,
        needed=needed,
        may_be_bad=round(may_be_bad, 2),
        trials=trials,
        target_percent=round(100 * target),
        least=in_time + allowance.spare,
        most=max(autoscaling.most, arrives_at + allowance.spare),
        why=_why(scenario, needed, in_time, allowance, busiest_rps),
    )


def why_out_of_reach(scenario: Scenario, replica: Replica, size: PodSize) -> str:
    """Why no number of replicas keeps a latency objective under this CPU limit; empty if one may."""
    threshold_s = tightest_s(scenario)
    cpu_s = replica.cpu_s_per_request
    if threshold_s is None or not is_out_of_reach(cpu_s, size.limit_cores, threshold_s):
        return ""
    return (
        f"a request costs {format_duration(cpu_s)} of CPU, and a limit of {1000 * size.limit_cores:.0f}m stops it so "
        f"that it may take {format_duration(slowest_s(cpu_s, size.limit_cores))}, with any number of replicas: "
        f"{format_duration(threshold_s)} are out of reach below a limit of {1000 * least_limit_cores(cpu_s):.0f}m"
    )


def _needs(timeline: Timeline, replica: Replica, uneven: float) -> Iterator[StageNeed]:
    for window in timeline.windows:
        if window.repetition == 1:
            yield StageNeed(
                stage=window.stage,
                judged=window.judged,
                offered_rps=window.offered_rps,
                replicas=replicas_for(window.offered_rps, replica, uneven),
                planned_for=is_planned_for(window, timeline),
            )


def _situation(
    scenario: Scenario, timeline: Timeline, replica: Replica, size: PodSize, autoscaling: Autoscaling
) -> Situation:
    step = load_step_of(scenario, timeline)
    connections = scenario.load.connections
    return Situation(
        offered=planned_rates(timeline),
        ends_s=timeline.ends_s,
        rises_s=step.begins_s if step else 0.0,
        replica=replica,
        size=size,
        autoscaling=autoscaling,
        share_after_s=0.0 if isinstance(connections, ConnectionUse) else connections,
    )


def _trials(situation: Situation, needed: int, may_be_bad: float, looks: int) -> list[Trial]:
    """An autoscaler that begins with one replica, with two, and so on up to all that are needed.

    If those are many, they are halved again and again: what is found is in time, and half as many were not.
    """

    def trial(least: int) -> Trial:
        return _trial(situation, least, max(situation.autoscaling.most, needed), may_be_bad, looks)

    first = min(situation.autoscaling.least, needed)
    if needed - first < MOST_TRIALS:
        return [trial(least) for least in range(first, needed + 1)]
    trials = [trial(first), trial(needed)]
    late, in_time = first, needed
    while in_time - late > 1 and not trials[0].in_time:
        middle = (late + in_time) // 2
        trials.append(trial(middle))
        late, in_time = (late, middle) if trials[-1].in_time else (middle, in_time)
    return sorted(trials, key=lambda trial: trial.least)


def _trial(situation: Situation, least: int, most: int, may_be_bad: float, looks: int) -> Trial:
    autoscaling = replace(situation.autoscaling, least=least, most=most)
    chances = over_phases(replace(situation, autoscaling=autoscaling), looks)
    return Trial(
        least=least,
        first_new_replica_s=_figure(chances.first_new_replica_s),
        lost=_figure(chances.lost),
        strained=_figure(chances.strained),
        replica_minutes=_figure(chances.replica_s, 1 / 60),
        in_time=chances.strained.most is not None and chances.strained.most <= may_be_bad,
    )


def _figure(spread: Spread, factor: float = 1.0) -> Figure:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value * factor, 1)

    return Figure(least=rounded(spread.least), median=rounded(spread.median), most=rounded(spread.most))


def _basis(measured: Measured, size: PodSize, autoscaling: Autoscaling, allowance: Allowance) -> Basis:
    replica = measured.replica
    return Basis(
        kept_rps=replica.kept_rps,
        cpu_ms_per_request=round(1000 * replica.cpu_s_per_request, 4),
        idle_cores=replica.idle_cores,
        emulated_cpu_ms=measured.emulated_cpu_ms,
        measured_at=measured.measured_at,
        requested_cores=size.requested_cores,
        limit_cores=size.limit_cores if math.isfinite(size.limit_cores) else None,
        target_percent=round(100 * autoscaling.target),
        metrics_every_s=autoscaling.metrics_every_s,
        start_s=autoscaling.start_s,
        uneven=allowance.uneven,
        spare=allowance.spare,
    )


def _why(scenario: Scenario, needed: int, in_time: int, allowance: Allowance, busiest_rps: float) -> str:
    """The plan in a sentence."""
    at = f"{scenario.name}: {busiest_rps:g}/s need {_replicas(needed)}"
    if needed == 1:
        begins = ", which is there from the start"
    elif in_time < needed:
        begins = f"; an autoscaler that begins with {in_time} brings the others in time"
    else:
        begins = "; an autoscaler that begins with fewer comes too late"
    spare = f"; with {allowance.spare} to spare, begin with {in_time + allowance.spare}" if allowance.spare else ""
    return f"{at}{begins}{spare}."


def _replicas(count: int) -> str:
    return "1 replica" if count == 1 else f"{count} replicas"
