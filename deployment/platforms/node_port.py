"""The base URL of a node port that can be reached from this machine."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.network import Node, Service, in_url
from deployment.cluster.observed import Listed
from deployment.errors import DeploymentError
from deployment.request import SERVICE

_PATIENCE_S = 3.0
_AT_ONCE = 64
_SHOWN = 8


@contextmanager
def node_port_url(kubectl: Kubectl, remedy: str) -> Iterator[str]:
    """Yield the first URL that takes a connection; DeploymentError names those tried, and the remedy."""
    port = node_port(kubectl)
    nodes = kubectl.get(Listed[Node], "nodes").items
    addresses = [address for kind in ("ExternalIP", "InternalIP") for node in nodes if (address := node.address(kind))]
    urls = [f"http://{in_url(address)}:{port}" for address in dict.fromkeys(addresses)]
    reachable = first_reachable(urls)
    if reachable is None:
        shown = f"{', '.join(urls[:_SHOWN])}{', …' if len(urls) > _SHOWN else ''}"
        raise DeploymentError(f"none of {shown} can be reached from here: {remedy}")
    yield reachable


def first_reachable(urls: list[str]) -> str | None:
    """Return the first that takes connections; all are tried at once, for each that does not takes seconds."""
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as executor:
        takes = executor.map(_takes_connections, urls)
        found = next((url for url, taken in zip(urls, takes, strict=True) if taken), None)
        executor.shutdown(cancel_futures=True)
        return found


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
