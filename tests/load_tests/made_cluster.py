"""The record of a cluster made up for tests: one pod, and three more from 25 s after a load step at 40 s."""

import random

from load_tests.cluster.measures import CpuCounters
from load_tests.cluster.samples import Autoscaler, ClusterRecord, Condition, Header, Pod, Sample

STEP_S = 40.0
READY_S = 65.0
ENDS_S = 250
EVERY_S = 5
OLD = "model-service-5d8f6c7b9-old01"
NEW = tuple(f"model-service-5d8f6c7b9-new{number:02d}" for number in range(1, 4))


def server_at(due_s: float, rng: random.Random) -> str:
    """Who answers: the old pod alone, and ten seconds after they are ready any of the four."""
    return rng.choice((OLD, *NEW)) if due_s >= READY_S + 10 else OLD


def record_of(began_at: float, *, hardly_seen: bool = False) -> ClusterRecord:
    """Its record; `hardly_seen` if the API server was silent from 45 s to 95 s, and gave no CPU."""
    samples = [sample_at(at_s, began_at, hardly_seen) for at_s in range(-EVERY_S, ENDS_S + EVERY_S, EVERY_S)]
    return ClusterRecord(
        header=Header(namespace="loadproof", deployment="model-service", every_s=EVERY_S), samples=tuple(samples)
    )


def sample_at(at_s: float, began_at: float, hardly_seen: bool = False) -> Sample:
    """What is seen at a time."""
    own_cpu_s = 1 + at_s / 400
    if hardly_seen and 45 <= at_s < 95:
        return Sample(at=began_at + at_s, problem="the API server does not answer: timed out", own_cpu_s=own_cpu_s)
    pods = pods_at(at_s, began_at)
    busy = 0.5 if STEP_S < at_s < READY_S + 10 else 0.14
    return Sample(
        at=began_at + at_s,
        replicas=4 if at_s > STEP_S + 15 else 1,
        pods=pods,
        autoscaler=Autoscaler(1, 10, 1, 4 if at_s > STEP_S + 15 else 1, 50, 200, (CONDITION,)),
        used_cores={} if hardly_seen else {pod.name: busy for pod in pods if pod.ready},
        counters={} if hardly_seen else {pod.name: counted(at_s, busy) for pod in pods if pod.ready},
        unreadable=("CPU of pods: 404 the server could not find it",) if hardly_seen else (),
        own_cpu_s=own_cpu_s,
    )


CONDITION = Condition("ScalingActive", "True", "ValidMetricFound", "it sees CPU")


def pods_at(at_s: float, began_at: float) -> tuple[Pod, ...]:
    """The pods that there are."""
    old = Pod(OLD, "minikube", "Running", began_at - 90, 0, began_at - 80, None, 0.25, 0.5)
    if at_s <= STEP_S + 15:
        return (old,)
    ready_at = began_at + READY_S if at_s >= READY_S else None
    return (old, *(Pod(name, "minikube", "Running", began_at + 56, 0, ready_at, None, 0.25, 0.5) for name in NEW))


def counted(at_s: float, busy: float) -> CpuCounters:
    """Ten periods a second, of which some are throttled where there is much to do."""
    return CpuCounters(at_s + 100, int(at_s + 100) * 10, int(at_s * 5) if busy > 0.4 else 0)
