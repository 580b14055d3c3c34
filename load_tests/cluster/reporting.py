"""From looks at a cluster, by the clocks of others, to what it did in seconds of a run."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import mean

from load_tests.cluster.report import AutoscalerReport, BlindSpan, ClusterReport, ConditionReport, PodReport
from load_tests.cluster.samples import ClusterRecord, Pod, Sample

APART_S = 1.0
"""Clocks that differ by less are taken for equal: timestamps of Kubernetes are whole seconds."""
BLIND_AFTER_LOOKS = 3.0


def cluster_report_of(record: ClusterRecord, began_at: float, ended_s: float) -> ClusterReport:
    """What a record tells of a run that began at `began_at` (seconds since 1970) and lasted `ended_s`."""
    spare_s = 2 * record.header.every_s
    near = [sample for sample in record.samples if -spare_s <= sample.at - began_at <= ended_s + spare_s]
    seen = [sample for sample in near if not sample.problem]
    ahead_s = _ahead_s(seen)
    return ClusterReport(
        namespace=record.header.namespace,
        deployment=record.header.deployment,
        at_s=tuple(round(sample.at - began_at, 1) for sample in seen),
        wanted=tuple(sample.replicas or 0 for sample in seen),
        ready=tuple(sum(pod.ready for pod in sample.pods or ()) for sample in seen),
        pods=tuple(_pods(seen, began_at + ahead_s)),
        autoscaler=_autoscaler(seen),
        conditions=tuple(_conditions(seen, began_at)),
        blind=tuple(_blind(near, began_at, ended_s, BLIND_AFTER_LOOKS * record.header.every_s)),
        unreadable=tuple(dict.fromkeys(what for sample in seen for what in sample.unreadable or ())),
        watcher_cpu_s_a_minute=_cpu_s_a_minute(record.samples),
    )


def _ahead_s(seen: Sequence[Sample]) -> float:
    """How far the cluster's clock is ahead of that of the run."""
    known = [sample.ahead_s for sample in seen if sample.ahead_s is not None]
    ahead_s = mean(known) if known else 0.0
    return ahead_s if abs(ahead_s) > APART_S else 0.0


def _pods(seen: Sequence[Sample], began_at: float) -> Iterator[PodReport]:
    """Every pod that was seen, the oldest first."""
    looks: dict[str, list[Pod]] = {}
    for sample in seen:
        for pod in sample.pods or ():
            looks.setdefault(pod.name, []).append(pod)
    for name, pods in sorted(looks.items(), key=lambda item: (item[1][0].created_at, item[0])):
        last = pods[-1]
        ending_s = _since(began_at, [pod.ending_at for pod in pods])
        yield PodReport(
            name=name,
            node=last.node,
            created_s=round(last.created_at - began_at, 1),
            ready_s=_since(began_at, [pod.ready_at for pod in pods]),
            ending_s=_vanished_s(name, seen, began_at) if ending_s is None else ending_s,
            restarts=last.restarts,
            requested_cores=last.requested_cores,
            limit_cores=last.limit_cores,
            used_cores=tuple((sample.used_cores or {}).get(name) for sample in seen),
            throttled=tuple(_throttled(name, seen)),
        )


def _since(began_at: float, times: Sequence[float | None]) -> float | None:
    known = [time for time in times if time is not None]
    return round(min(known) - began_at, 1) if known else None


def _vanished_s(name: str, seen: Sequence[Sample], began_at: float) -> float | None:
    """When a pod was not seen any more that nobody saw ending."""
    there = [any(pod.name == name for pod in sample.pods or ()) for sample in seen]
    last = max(number for number, one in enumerate(there) if one)
    return round(seen[last + 1].at - began_at, 1) if last + 1 < len(seen) else None


def _throttled(name: str, seen: Sequence[Sample]) -> Iterator[float | None]:
    """Of each look the share of throttled periods since the counters were different."""
    share: float | None = None
    for before, after in pairwise([None, *seen]):
        old = (before.counters or {}).get(name) if before else None
        new = (after.counters or {}).get(name) if after else None
        if old is None or new is None:
            share = None
        elif new.periods > old.periods:
            share = round((new.throttled_periods - old.throttled_periods) / (new.periods - old.periods), 3)
        yield share


def _autoscaler(seen: Sequence[Sample]) -> AutoscalerReport | None:
    last = next((sample.autoscaler for sample in reversed(seen) if sample.autoscaler), None)
    if last is None:
        return None
    return AutoscalerReport(
        least=last.least,
        most=last.most,
        target_percent=last.target_percent,
        desired=tuple(sample.autoscaler.desired if sample.autoscaler else None for sample in seen),
        seen_percent=tuple(sample.autoscaler.seen_percent if sample.autoscaler else None for sample in seen),
    )


def _conditions(seen: Sequence[Sample], began_at: float) -> Iterator[ConditionReport]:
    """Conditions when they were seen first, and whenever their status or reason is another one."""
    told: dict[str, tuple[str, str]] = {}
    for sample in seen:
        for one in sample.autoscaler.conditions if sample.autoscaler else ():
            if told.get(one.type) != (one.status, one.reason):
                told[one.type] = (one.status, one.reason)
                at_s = round(sample.at - began_at, 1)
                yield ConditionReport(
                    at_s=at_s, type=one.type, status=one.status, reason=one.reason, message=one.message
                )


def _blind(near: Sequence[Sample], began_at: float, ended_s: float, longest_s: float) -> Iterator[BlindSpan]:
    """Times of the run without a look for longer than `longest_s`, and what the watcher said of it."""
    at_s = [0.0, *(sample.at - began_at for sample in near if not sample.problem), ended_s]
    for begins_s, ends_s in pairwise(at_s):
        if ends_s - max(0.0, begins_s) > longest_s:
            why = [sample.problem for sample in near if sample.problem and begins_s < sample.at - began_at < ends_s]
            said = why[0] if why else "nothing was recorded"
            yield BlindSpan(begins_s=round(max(0.0, begins_s), 1), ends_s=round(ends_s, 1), why=said)


def _cpu_s_a_minute(samples: Sequence[Sample]) -> float:
    """CPU that watching took after it had begun."""
    if len(samples) < 2:
        return 0.0
    first, last = samples[0], samples[-1]
    return round((last.own_cpu_s - first.own_cpu_s) / max(1.0, last.at - first.at) * 60, 3)
