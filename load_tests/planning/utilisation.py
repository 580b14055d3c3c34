"""How many replicas a HorizontalPodAutoscaler on CPU asks for, given what it sees of the pods at one look.

After Kubernetes, pkg/controller/podautoscaler/replica_calculator.go: `GetResourceReplicas`, `groupPods` and
`Tolerances.isWithin`, and metrics/utilization.go: `GetResourceUtilizationRatio`. The flags named here are those of the
kube-controller-manager, at their defaults.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from load_tests.planning.sizes import Autoscaling, PodSize

TOLERANCE = 0.1
"""`--horizontal-pod-autoscaler-tolerance`: nothing changes while usage is within this share of the target."""
CPU_INITIALIZATION_S = 300.0
"""`--horizontal-pod-autoscaler-cpu-initialization-period`: in it, CPU counts only from when a pod is ready."""
INITIAL_READINESS_DELAY_S = 30.0
"""`--horizontal-pod-autoscaler-initial-readiness-delay`: a pod not ready since then was never ready."""


@dataclass(frozen=True)
class Usage:
    """What the metrics API says of a pod: its CPU, on average over a window."""

    used_cores: float
    ends_s: float
    """When the window ends: the timestamp of the API."""
    window_s: float


@dataclass(frozen=True)
class SeenPod:
    """A pod as the controller sees it."""

    started_s: float
    ready: bool
    changed_s: float
    """Since when it is ready, or is not."""
    usage: Usage | None = None
    pending: bool = False
    """Whether its containers are not there yet."""

    @property
    def missing(self) -> bool:
        """Whether it runs, but the metrics API knows nothing of it."""
        return not self.pending and self.usage is None

    def unready(self, now_s: float) -> bool:
        """Whether what it uses does not count, because it is not in use, or was not for all of the window."""
        if self.pending or self.usage is None:
            return self.pending
        if self.started_s + CPU_INITIALIZATION_S > now_s:
            return not self.ready or self.usage.ends_s < self.changed_s + self.usage.window_s
        return not self.ready and self.started_s + INITIAL_READINESS_DELAY_S > self.changed_s


@dataclass(frozen=True)
class Look:
    """What the controller finds when it looks."""

    at_s: float
    pods: Sequence[SeenPod]
    current: int
    """How many pods there are to be."""


def recommended(look: Look, size: PodSize, autoscaling: Autoscaling) -> int | None:
    """Replicas that the utilisation of the pods asks for; None if none of them can be told by."""
    current = look.current
    unready = sum(pod.unready(look.at_s) for pod in look.pods)
    missing = sum(pod.missing for pod in look.pods)
    used = [millicores(pod.usage.used_cores) for pod in look.pods if pod.usage and not pod.unready(look.at_s)]
    if not used:
        return None
    ratio = _ratio(used, size, autoscaling)
    if missing or (unready and ratio > 1):
        used += _supposed(ratio, unready, missing, size, autoscaling)
        return _without_a_turn(ratio, _ratio(used, size, autoscaling), len(used), current)
    return current if _is_within(ratio) else math.ceil(ratio * len(used))


def _supposed(ratio: float, unready: int, missing: int, size: PodSize, autoscaling: Autoscaling) -> list[int]:
    """What is supposed of pods that cannot be told by: what makes the change smaller."""
    if ratio > 1:
        return [0] * (missing + unready)
    fully_used = millicores(size.requested_cores) * max(100, _percent(autoscaling.target)) // 100
    return [fully_used] * missing if ratio < 1 else []


def _without_a_turn(ratio: float, supposed_ratio: float, pods: int, current: int) -> int:
    """Replicas by what is supposed, but none more where those that can be told by ask for fewer, or the reverse."""
    if _is_within(supposed_ratio) or (supposed_ratio > 1) != (ratio > 1):
        return current
    wanted = math.ceil(supposed_ratio * pods)
    return max(wanted, current) if supposed_ratio > 1 else min(wanted, current)


def _ratio(used: Sequence[int], size: PodSize, autoscaling: Autoscaling) -> float:
    """Utilisation of all pods together, cut to whole per cent, by the utilisation aimed at."""
    utilisation_percent = sum(used) * 100 // (len(used) * millicores(size.requested_cores))
    return utilisation_percent / _percent(autoscaling.target)


def _percent(share: float) -> int:
    """A share as the API has it: `averageUtilization` is a whole number."""
    return round(share * 100)


def millicores(cores: float) -> int:
    """Whole millicores, rounded up as `Quantity.MilliValue` does, but for what a float adds to a round number."""
    return math.ceil(round(cores * 1000, 6))


def _is_within(ratio: float) -> bool:
    return 1.0 - TOLERANCE <= ratio <= 1.0 + TOLERANCE
