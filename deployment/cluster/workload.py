"""What makes pods, and what is said of them: Deployments, Jobs, autoscalers and events."""

import json

from pydantic import TypeAdapter

from deployment.cluster.observed import Condition, Metadata, Observed

_V1_CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions"


class DeploymentSpec(Observed):
    """What is asked of a Deployment."""

    replicas: int = 1


class DeploymentStatus(Observed):
    """How far a Deployment is."""

    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    available_replicas: int = 0
    conditions: tuple[Condition, ...] = ()


class Deployment(Observed):
    """A Deployment."""

    metadata: Metadata
    spec: DeploymentSpec = DeploymentSpec()
    status: DeploymentStatus = DeploymentStatus()


class JobStatus(Observed):
    """How far a Job is."""

    active: int = 0


class Job(Observed):
    """A Job."""

    metadata: Metadata
    status: JobStatus = JobStatus()


class AutoscalerSpec(Observed):
    """How an autoscaler is set."""

    min_replicas: int = 1


class AutoscalerStatus(Observed):
    """How an autoscaler is."""

    conditions: tuple[Condition, ...] = ()


class Autoscaler(Observed):
    """A HorizontalPodAutoscaler, in whichever version the cluster prefers to show it."""

    metadata: Metadata
    spec: AutoscalerSpec = AutoscalerSpec()
    status: AutoscalerStatus = AutoscalerStatus()

    @property
    def scaling_active(self) -> Condition | None:
        """Say whether it gets the metrics it needs. Before Kubernetes 1.23, conditions came as an annotation."""
        in_annotation = TypeAdapter(tuple[Condition, ...]).validate_python(
            json.loads(self.metadata.annotations.get(_V1_CONDITIONS, "[]"))
        )
        return next((one for one in (*self.status.conditions, *in_annotation) if one.type == "ScalingActive"), None)


class EventObject(Observed):
    """Whom an event is about."""

    uid: str = ""


class Event(Observed):
    """Something that happened to an object."""

    message: str = ""
    involved_object: EventObject = EventObject()
