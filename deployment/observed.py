"""What kubectl says of the objects in a cluster, as far as it is read here."""

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

_V1_CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions"


class Observed(BaseModel):
    """Part of an object: fields in Kubernetes' spelling, everything else is left out."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Metadata(Observed):
    """Who an object is."""

    name: str = ""
    uid: str = ""
    generation: int = 0
    annotations: dict[str, str] = {}
    labels: dict[str, str] = {}
    deletion_timestamp: str = ""


class Condition(Observed):
    """One statement about an object."""

    type: str
    status: str
    reason: str = ""
    message: str = ""


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


class Pod(Observed):
    """A pod."""

    metadata: Metadata
    status: PodStatus = PodStatus()

    def condition(self, kind: str) -> Condition | None:
        """Return one of its conditions."""
        return next((one for one in self.status.conditions if one.type == kind), None)

    @property
    def ready(self) -> bool:
        """Say whether requests go to it."""
        ready = self.condition("Ready")
        return ready is not None and ready.status == "True" and not self.metadata.deletion_timestamp


class PodList(Observed):
    """Some pods."""

    items: tuple[Pod, ...] = ()


class JobStatus(Observed):
    """How far a Job is."""

    active: int = 0


class Job(Observed):
    """A Job."""

    metadata: Metadata
    status: JobStatus = JobStatus()


class JobList(Observed):
    """Some Jobs."""

    items: tuple[Job, ...] = ()


class EventObject(Observed):
    """Whom an event is about."""

    uid: str = ""


class Event(Observed):
    """Something that happened to an object."""

    message: str = ""
    involved_object: EventObject = EventObject()


class EventList(Observed):
    """Some events, the newest last."""

    items: tuple[Event, ...] = ()


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


class ReplicaSet(Observed):
    """The pods of one version of a Deployment."""

    metadata: Metadata


class ReplicaSetList(Observed):
    """Some replica sets."""

    items: tuple[ReplicaSet, ...] = ()


class AutoscalerStatus(Observed):
    """How an autoscaler is."""

    conditions: tuple[Condition, ...] = ()


class Autoscaler(Observed):
    """A HorizontalPodAutoscaler, in whichever version the cluster prefers to show it."""

    metadata: Metadata
    status: AutoscalerStatus = AutoscalerStatus()

    @property
    def scaling_active(self) -> Condition | None:
        """Say whether it gets the metrics it needs. Before Kubernetes 1.23, conditions came as an annotation."""
        in_annotation = TypeAdapter(tuple[Condition, ...]).validate_python(
            json.loads(self.metadata.annotations.get(_V1_CONDITIONS, "[]"))
        )
        return next((one for one in (*self.status.conditions, *in_annotation) if one.type == "ScalingActive"), None)


class AutoscalerList(Observed):
    """Some autoscalers."""

    items: tuple[Autoscaler, ...] = ()


class NodeStatus(Observed):
    """What a node has to give."""

    allocatable: dict[str, str] = {}
    addresses: tuple["Address", ...] = ()


class Address(Observed):
    """One address of a node."""

    type: str
    address: str


class Node(Observed):
    """A node."""

    metadata: Metadata
    status: NodeStatus = NodeStatus()

    def address(self, kind: str) -> str:
        """Return its address of a kind such as ``InternalIP``, or an empty string."""
        return next((one.address for one in self.status.addresses if one.type == kind), "")


class NodeList(Observed):
    """The nodes of a cluster."""

    items: tuple[Node, ...] = ()


class ServicePort(Observed):
    """A port of a Service."""

    node_port: int = 0


class ServiceSpec(Observed):
    """What is asked of a Service."""

    cluster_ip: Annotated[str, Field(alias="clusterIP")] = ""
    ports: Annotated[tuple[ServicePort, ...], Field(min_length=1)]


class Service(Observed):
    """A Service."""

    metadata: Metadata
    spec: ServiceSpec


class Manifest(Observed):
    """Any object of a manifest, to be told from others."""

    kind: str
    metadata: Metadata
    spec: dict[str, Any] = {}
