"""Where a service is reached: nodes and their addresses, Services and their ports."""

from typing import Annotated

from pydantic import Field

from deployment.cluster.observed import Metadata, Observed


def in_url(address: str) -> str:
    """Return an address as it is written in a URL: in brackets if it is one of IPv6."""
    return f"[{address}]" if ":" in address else address


class Address(Observed):
    """One address of a node."""

    type: str
    address: str


class NodeStatus(Observed):
    """What a node has to give."""

    allocatable: Annotated[dict[str, str], Field(default_factory=dict)]
    addresses: tuple[Address, ...] = ()


class Node(Observed):
    """A node."""

    metadata: Metadata
    status: NodeStatus = NodeStatus()

    def address(self, kind: str) -> str:
        """Return its address of a kind such as ``InternalIP``, or an empty string."""
        return next((one.address for one in self.status.addresses if one.type == kind), "")


class ServicePort(Observed):
    """A port of a Service."""

    node_port: int = 0


class ServiceSpec(Observed):
    """What is asked of a Service."""

    cluster_ip: Annotated[str, Field(alias="clusterIP")] = ""
    ports: tuple[ServicePort, ...] = ()
    """One at least, unless it is of the type ExternalName."""


class Service(Observed):
    """A Service."""

    metadata: Metadata
    spec: ServiceSpec
