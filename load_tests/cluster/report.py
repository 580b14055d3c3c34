"""A cluster over the time of a run as the report holds it: times are seconds since the run began."""

from pydantic import Field

from load_tests.report.part import Column, Part


class PodReport(Part):
    """A pod that was there during the run; its columns have one entry a look."""

    name: str
    node: str
    created_s: float
    ready_s: float | None = Field(description="When it was ready first; null if it never was.")
    ending_s: float | None = Field(description="When it was told to end; null if it was not.")
    restarts: int
    requested_cores: float | None
    limit_cores: float | None
    used_cores: Column = Field(description="CPU by the metrics API, which is up to a minute old.")
    throttled: Column = Field(
        description="Share of the stretches of 100 ms in which its limit stopped it, of those in which it wanted to "
        "run, since the kubelet was last asked."
    )

    def serves_at(self, at_s: float) -> bool:
        """Whether requests went to it at a time."""
        return self.ready_s is not None and self.ready_s <= at_s and (self.ending_s is None or at_s < self.ending_s)


class AutoscalerReport(Part):
    """The autoscaler; its columns have one entry a look. Utilisation is in per cent of what pods request."""

    least: int
    most: int
    target_percent: int | None
    desired: tuple[int | None, ...]
    seen_percent: tuple[int | None, ...]


class ConditionReport(Part):
    """What the autoscaler began to say of itself."""

    at_s: float
    type: str
    status: str
    reason: str
    message: str


class BlindSpan(Part):
    """A time in which nothing was seen."""

    begins_s: float
    ends_s: float
    why: str


class ClusterReport(Part):
    """What the cluster did during a run."""

    namespace: str
    deployment: str
    at_s: tuple[float, ...] = Field(description="When it was looked at.")
    wanted: tuple[int, ...] = Field(description="Pods that the Deployment is to have, at each look.")
    ready: tuple[int, ...] = Field(description="Pods that requests go to, at each look.")
    pods: tuple[PodReport, ...]
    autoscaler: AutoscalerReport | None
    conditions: tuple[ConditionReport, ...]
    blind: tuple[BlindSpan, ...]
    unreadable: tuple[str, ...] = Field(description="What could not be read, and why.")
    watcher_cpu_s_a_minute: float = Field(description="CPU that watching took.")

    def serving_at(self, at_s: float) -> int:
        """How many pods requests went to at a time."""
        return sum(pod.serves_at(at_s) for pod in self.pods)

    def left_at(self, at_s: float) -> int:
        """How many pods from before the run requests still went to at a time, beyond what there is to be at least."""
        before = sum(pod.serves_at(at_s) for pod in self.pods if pod.ready_s is not None and pod.ready_s <= 0)
        return max(0, before - self.autoscaler.least) if self.autoscaler else 0

    def blind_s(self, begins_s: float, ends_s: float) -> float:
        """How long nothing was seen between two times."""
        spans = (min(span.ends_s, ends_s) - max(span.begins_s, begins_s) for span in self.blind)
        return sum(length_s for length_s in spans if length_s > 0)
