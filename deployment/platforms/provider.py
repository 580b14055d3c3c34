"""What differs from one kind of cluster to another."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from deployment.cluster.kubectl import Kubectl
from deployment.image import Image
from deployment.platforms.finding import Finding


class Provider(Protocol):
    """Whose cluster it is."""

    preloaded: bool
    """Whether images are put into the nodes, and not fetched from a registry."""
    enables_metrics: bool
    """Whether the cluster can be made to measure its pods."""

    @property
    def kubectl_program(self) -> tuple[str, ...]:
        """Return how kubectl is called."""
        ...

    @property
    def context(self) -> str:
        """Return the context of kubectl; DeploymentError if there is none."""
        ...

    def look(self) -> Iterator[Finding]:
        """Yield what has to be in order."""
        ...

    def provide(self, image: Image) -> None:
        """Build the image and make it available to the nodes."""
        ...

    def enable_metrics(self, kubectl: Kubectl) -> None:
        """Make the cluster measure its pods, where that can be done."""
        ...

    def url(self, kubectl: Kubectl) -> AbstractContextManager[str]:
        """Give the base URL of the service."""
        ...

    def remove_image(self, image: str) -> None:
        """Remove the images from nodes and engine; fine if it is not there."""
        ...
