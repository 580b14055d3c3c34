"""What planning reckons with: what one replica takes, what its pod may use, and how an autoscaler is set."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Replica:
    """What one replica was measured to take."""

    kept_rps: float
    """Highest rate, in requests a second, at which every objective was proven to be kept."""
    cpu_s_per_request: float
    """CPU time of the service's process that each further request costs, in seconds."""
    idle_cores: float = 0.0
    """CPU that it uses without any request, in cores."""

    def used_cores(self, rate_rps: float) -> float:
        """CPU that it would use at a rate, if nothing stopped it."""
        return self.idle_cores + rate_rps * self.cpu_s_per_request


@dataclass(frozen=True)
class PodSize:
    """The CPU settings of a pod, in cores."""

    requested_cores: float
    """What an autoscaler's utilisation is a share of."""
    limit_cores: float = float("inf")
    """What it may use at most, on average over 100 ms; infinite where there is no limit."""

    def answers_rps(self, replica: Replica) -> float:
        """Requests a second that a pod answers when it is offered more than it can: it uses its limit then."""
        return max(0.0, self.limit_cores - replica.idle_cores) / replica.cpu_s_per_request


@dataclass(frozen=True)
class Autoscaling:
    """How a HorizontalPodAutoscaler on CPU utilisation is set, and how quickly its cluster is."""

    least: int
    most: int
    target: float
    """Utilisation aimed at, as a share of the request: 0.5 for `averageUtilization: 50`."""
    metrics_every_s: float = 15.0
    """How often the metrics server looks at the pods (`--metric-resolution`); minikube's addon has 60."""
    measured_every_s: float = 10.0
    """How often the kubelet measures a pod: what the metrics server finds is that old at most."""
    start_s: float = 3.0
    """From the decision for a new pod until requests go to it."""
    stabilise_down_s: float = 300.0
    """`behavior.scaleDown.stabilizationWindowSeconds`."""
    most_up_share: float = 1.0
    """`behavior.scaleUp`: the largest growth in 15 s, as a share of the pods there are."""
    most_up_pods: int = 4
    """`behavior.scaleUp`: the same in pods; the larger of the two counts."""
    most_down_share: float = 1.0
    """`behavior.scaleDown`: the largest part of the pods that is taken away in `most_down_every_s`."""
    most_down_every_s: float = 15.0
    """`behavior.scaleDown`: `periodSeconds` of that policy."""
