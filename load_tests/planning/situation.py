"""What a simulation starts from: which load meets which service, and what is chance about it."""

import math
from collections import deque
from dataclasses import dataclass
from functools import cached_property

from load_tests.planning.offered import Rate
from load_tests.planning.replicas import UNEVEN, replicas_for
from load_tests.planning.sizes import Autoscaling, PodSize, Replica

WAITS_S = 0.4
"""How long a request may wait in a pod that is busy, in seconds, before the next is refused: the service gives away
80 % of the 500 ms of `SERVICE_MAX_WAIT_MS` beforehand."""


@dataclass(frozen=True)
class Situation:
    """Which load meets which service. Times are seconds since the run began."""

    offered: tuple[Rate, ...]
    ends_s: float
    rises_s: float
    """When the load rises: how soon help comes counts from here."""
    replica: Replica
    size: PodSize
    autoscaling: Autoscaling
    replicas: int | None = None
    """How many there are at the beginning; if it is not said, as few as the autoscaler may have."""
    share_after_s: float = 0.0
    """Age at which connections are replaced: until then, a new pod has less than its share."""
    waits_s: float = WAITS_S
    uneven: float = UNEVEN
    """How much more than its fair share the busiest replica may get."""
    step_s: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated."""
        if not 0 < self.step_s <= 1:
            raise ValueError(f"steps of {self.step_s:g} s: between 0 and 1 s is needed to follow a service")
        if not 0 <= self.rises_s < self.ends_s:
            raise ValueError(f"a load that rises at {self.rises_s:g} s does not do so in a run of {self.ends_s:g} s")
        if not self.offered or self.offered[0].begins_s > 0:
            raise ValueError("no rate is said for the beginning of the run: the first has to begin at 0 s")
        if not 0 <= self.share_after_s < math.inf:
            raise ValueError(f"connections of {self.share_after_s:g} s: a new pod needs some that end")
        if not 1 <= self.autoscaling.least <= self.autoscaling.most:
            raise ValueError(f"from {self.autoscaling.least} to {self.autoscaling.most} replicas: least is 1, and most")

    @property
    def replicas_at_first(self) -> int:
        """How many there are at the beginning."""
        return self.autoscaling.least if self.replicas is None else self.replicas

    def needs(self, rate_rps: float) -> int:
        """How many replicas keep the objectives at a rate."""
        return replicas_for(rate_rps, self.replica, self.uneven)

    @cached_property
    def rates_rps(self) -> tuple[float, ...]:
        """The rate of each step."""
        rates: list[float] = []
        coming = deque(self.offered)
        rate_rps = 0.0
        for number in range(math.ceil(self.ends_s / self.step_s)):
            while coming and coming[0].begins_s <= number * self.step_s:
                rate_rps = coming.popleft().rate_rps
            rates.append(rate_rps)
        return tuple(rates)


@dataclass(frozen=True)
class Phases:
    """When those who look at intervals look first, as parts of their intervals from 0 to below 1: chance decides."""

    controller: float = 0.0
    metrics_server: float = 0.0
    kubelet: float = 0.0
