"""Simulated pods: those that were created by the same decision fare alike, and are simulated as one."""

import math
from dataclasses import dataclass, field

from load_tests.planning.pod_metrics import PodMetrics
from load_tests.planning.sizes import Replica
from load_tests.planning.utilisation import CPU_INITIALIZATION_S, SeenPod


@dataclass
class Batch:
    """Some pods, and what each of them is at."""

    count: int
    created_s: float
    ready_s: float
    measured_s: float
    """When the kubelet measures next."""
    turns_when_ready: float = math.inf
    used_s: float = 0.0
    """CPU time since its beginning."""
    waiting: float = 0.0
    """Requests in its queue."""
    metrics: PodMetrics = field(default_factory=PodMetrics)

    def measure(self, now_s: float, every_s: float) -> None:
        """Let the kubelet measure, if it is time."""
        if self.measured_s <= now_s:
            self.metrics.measure(now_s, self.used_s)
            self.measured_s += every_s

    def seen(self, now_s: float) -> SeenPod:
        """What the controller sees of each."""
        ready = self.ready_s <= now_s
        return SeenPod(self.created_s, ready, self.ready_s if ready else self.created_s, self.metrics.usage)

    def serve(self, arriving: float, answers: float, queue: float, replica: Replica, step_s: float) -> float:
        """Answer requests for a step, at most so many; the number that each had to refuse."""
        due = self.waiting + arriving
        answered = min(due, answers)
        self.waiting = min(due - answered, queue)
        self.used_s += replica.idle_cores * step_s + answered * replica.cpu_s_per_request
        return due - answered - self.waiting


def long_there(count: int, measured_s: float) -> Batch:
    """Pods that were there for so long before the run that their beginning is no longer of interest."""
    long_ago_s = -2 * CPU_INITIALIZATION_S
    return Batch(count, long_ago_s, long_ago_s, measured_s, turns_when_ready=-math.inf)
