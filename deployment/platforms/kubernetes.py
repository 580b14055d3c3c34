"""Any Kubernetes: a context of kubectl, and a registry that its nodes can reach."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cached_property

from deployment.cluster.kubectl import KUBECTL, Kubectl
from deployment.commands import show
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.image import IMAGES, Image, build
from deployment.platforms.engine import look_at_engine, remove_images
from deployment.platforms.finding import Finding, finding
from deployment.platforms.node_port import node_port_url
from deployment.request import Request

PUSH_PATIENCE_S = 1800.0


class Kubernetes:
    """The cluster where the last deployment went, else that of the current context.

    Parameters
    ----------
    request : Request
        Names the registry, and the context if there is a deployment.
    """

    preloaded = False
    enables_metrics = False
    kubectl_program = KUBECTL

    def __init__(self, request: Request) -> None:
        self._registry = request.registry
        self._deployed_to = request.context

    @cached_property
    def context(self) -> str:
        """Name it once: somebody may switch to another one at any time."""
        return self._deployed_to or self._current()

    def look(self) -> Iterator[Finding]:
        """Yield what has to be in order."""
        yield finding("Docker", look_at_engine)
        yield finding("registry", self._named_registry)
        yield finding("context", lambda: self.context)

    def _named_registry(self) -> str:
        if not self._registry:
            raise DeploymentError("the nodes have to get the image from somewhere: REGISTRY=registry.example.com/team")
        return self._registry

    def _current(self) -> str:
        current = Kubectl().attempt("config", "current-context")
        if current.exit_code != 0:
            raise DeploymentError("kubectl has no current context: choose one with `kubectl config use-context NAME`")
        return current.output.strip()

    def provide(self, image: Image) -> None:
        """Build the image and push it."""
        build(image)
        show(["docker", "push", image.reference], PUSH_PATIENCE_S)

    def enable_metrics(self, kubectl: Kubectl) -> None:
        """Leave that to whoever runs the cluster."""

    def url(self, kubectl: Kubectl) -> AbstractContextManager[str]:
        """Give the URL of the node port at the first node that is reached."""
        return node_port_url(kubectl, "give the address that leads there, HOST=http://…")

    def remove_image(self, image: str) -> None:
        """Remove the images from this machine's engine; what was pushed belongs to the registry."""
        remove_images(IMAGES)
        say(f"note: what was pushed stays in the registry{f': {image}' if image else ''}")
