"""Pods, as far as they are read here: who goes, who is ready, what a container waits for or ended with."""

import math

from deployment.cluster.observed import Condition, Metadata, Observed


class Trouble(Observed):
    """Why a container waits or has ended."""

    reason: str = ""
    message: str = ""
    exit_code: int = 0


class ContainerState(Observed):
    """What a container does: it runs if neither is there."""

    waiting: Trouble | None = None
    terminated: Trouble | None = None


class Container(Observed):
    """A container of a pod."""

    name: str
    restart_count: int = 0
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()


class PodStatus(Observed):
    """How a pod is."""

    phase: str = ""
    conditions: tuple[Condition, ...] = ()
    container_statuses: tuple[Container, ...] = ()


class PodSpec(Observed):
    """What is asked of a pod."""

    active_deadline_seconds: float = math.inf


class Pod(Observed):
    """A pod."""

    metadata: Metadata
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    def condition(self, kind: str) -> Condition | None:
        """Return one of its conditions."""
        return next((one for one in self.status.conditions if one.type == kind), None)

    @property
    def ready(self) -> bool:
        """Say whether requests go to it."""
        ready = self.condition("Ready")
        return ready is not None and ready.status == "True" and not self.metadata.deletion_timestamp
