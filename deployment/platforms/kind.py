"""kind: a cluster in containers of this machine."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated

from pydantic import BaseModel, Field

from deployment.cluster.kubectl import KUBECTL, Kubectl
from deployment.commands import attempt, output_of
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.image import IMAGES, Image, build
from deployment.platforms.engine import is_of, look_at_engine, published_url, remove_images
from deployment.platforms.finding import Finding, finding
from deployment.platforms.node_port import node_port, node_port_url
from deployment.request import Request

LOAD_PATIENCE_S = 300.0
_CONTEXT = "kind-"
CREATE = "kind create cluster --config kubernetes/kind.yaml"


class Kind:
    """The kind cluster of KIND_CLUSTER_NAME, else where the last deployment went, else kind."""

    preloaded = True
    enables_metrics = False
    kubectl_program = KUBECTL

    def __init__(self, request: Request) -> None:
        self._name = os.environ.get("KIND_CLUSTER_NAME") or request.context.removeprefix(_CONTEXT) or "kind"
        self.context = f"{_CONTEXT}{self._name}"

    def look(self) -> Iterator[Finding]:
        """Yield what has to be in order."""
        yield finding("Docker", look_at_engine)
        yield finding("kind", self._exists)

    def _exists(self) -> str:
        there = output_of(["kind", "get", "clusters"]).split()
        if self._name not in there:
            raise DeploymentError(f"there is no cluster {self._name}: make it with `{CREATE}`")
        return f"cluster {self._name}"

    def provide(self, image: Image) -> None:
        """Build the image with Docker and copy it into the nodes."""
        build(image)
        say(f"copying {image.recipe.name} into kind")
        output_of(["kind", "load", "docker-image", image.reference, "--name", self._name], patience_s=LOAD_PATIENCE_S)

    def enable_metrics(self, kubectl: Kubectl) -> None:
        """Leave that to the person: kind has no addons, and nothing is downloaded into a cluster unasked."""

    def url(self, kubectl: Kubectl) -> AbstractContextManager[str]:
        """Give the URL of a port that kind maps to this machine, or of the node, which Linux reaches directly."""
        if mapped := published_url(f"{self._name}-control-plane", node_port(kubectl)):
            return nullcontext(mapped)
        return node_port_url(kubectl, f"map its node port to this machine: `kind delete cluster`, then `{CREATE}`")

    def remove_image(self, image: str) -> None:
        """Remove the images from the nodes, where kind itself removes none, and from this machine's engine."""
        del image
        for node in attempt(["kind", "get", "nodes", "--name", self._name]).output.split():
            _remove_from(node)
        remove_images(IMAGES)


class _InNode(BaseModel):
    """What `crictl images` tells of one image."""

    tags: Annotated[list[str], Field(alias="repoTags")] = []


class _Listed(BaseModel):
    """What `crictl images` tells."""

    images: list[_InNode] = []


def _remove_from(node: str) -> None:
    crictl = ["docker", "exec", node, "crictl"]
    listed = attempt([*crictl, "images", "--output", "json"])
    if listed.exit_code != 0:
        say(f"note: images stay in the node {node}: {listed.complaint}")
        return
    tags = [tag for one in _Listed.model_validate_json(listed.output).images for tag in one.tags if is_of(tag, IMAGES)]
    if tags and (removed := attempt([*crictl, "rmi", *tags])).exit_code != 0:
        say(f"note: images stay in the node {node}: {removed.complaint}")
