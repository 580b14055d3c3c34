"""The base URL of a node port that can be reached from this machine."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.network import Node, Service
from deployment.cluster.observed import Listed
from deployment.errors import DeploymentError
from deployment.request import SERVICE

_PATIENCE_S = 3.0


@contextmanager
def node_port_url(kubectl: Kubectl, remedy: str) -> Iterator[str]:
    """Yield the first URL that takes a connection; DeploymentError names those tried, and the remedy."""
    port = node_port(kubectl)
    nodes = kubectl.get(Listed[Node], "nodes").items
    addresses = [address for kind in ("ExternalIP", "InternalIP") for node in nodes if (address := node.address(kind))]
    urls = [f"http://{address}:{port}" for address in dict.fromkeys(addresses)]
    reachable = next((url for url in urls if _takes_connections(url)), None)
    if reachable is None:
        raise DeploymentError(f"none of {', '.join(urls)} can be reached from here: {remedy}")
    yield reachable


def node_port(kubectl: Kubectl) -> int:
    """Return the port of the service on every node."""
    return kubectl.get(Service, "service", SERVICE).spec.ports[0].node_port


def _takes_connections(url: str) -> bool:
    place = urlsplit(url)
    try:
        with socket.create_connection((place.hostname or "", place.port or 80), _PATIENCE_S):
            return True
    except OSError:
        return False
