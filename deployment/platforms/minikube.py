"""minikube: a cluster on this machine, the default."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager

from deployment.cluster.kubectl import KUBECTL, Kubectl
from deployment.cluster.observed import Manifest
from deployment.commands import attempt, output_of
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.image import IMAGES, Image, build
from deployment.platforms.engine import is_of, look_at_engine, remove_images
from deployment.platforms.finding import Finding, finding
from deployment.platforms.tunnel import printed_url
from deployment.request import NAMESPACE, SERVICE, Request

START = "minikube start --cpus=4 --memory=4g"
LOAD_PATIENCE_S = 300.0
_METRICS = "metrics-server"
_RESOLUTION = "--metric-resolution="
_RESOLUTION_S = 15
_ROLLOUT_PATIENCE_S = 120


class Minikube:
    """The minikube cluster of MINIKUBE_PROFILE, else where the last deployment went, else of the profile minikube."""

    preloaded = True
    enables_metrics = True

    def __init__(self, request: Request) -> None:
        self.context = os.environ.get("MINIKUBE_PROFILE") or request.context or "minikube"

    @property
    def kubectl_program(self) -> tuple[str, ...]:
        """Return how kubectl is called: minikube brings one along, which asks the cluster of its profile alone."""
        if shutil.which("kubectl") is None and shutil.which("minikube") is not None:
            return tuple(self._command("kubectl", "--"))
        return KUBECTL

    def _command(self, *arguments: str) -> list[str]:
        return ["minikube", "--profile", self.context, *arguments]

    def look(self) -> Iterator[Finding]:
        """Yield what has to be in order."""
        yield finding("Docker", look_at_engine)
        yield finding("minikube", self._running)

    def _running(self) -> str:
        status = attempt(self._command("status"))
        words = dict(re.findall(r"^(\w+): (\w+)", status.output, re.MULTILINE))
        if words.get("host") != "Running" or words.get("apiserver", "Running") != "Running":
            raise DeploymentError(f"the cluster {self.context} is not running: start it with `{START}`")
        return "running"

    def provide(self, image: Image) -> None:
        """Build the image with Docker and copy it into the cluster."""
        build(image)
        if image.reference not in output_of(self._command("image", "ls")):
            say(f"copying {image.recipe.name} into minikube")
            output_of(self._command("image", "load", image.reference), patience_s=LOAD_PATIENCE_S)

    def enable_metrics(self, kubectl: Kubectl) -> None:
        """Enable the addon, and have it look every 15 s: with its 60 s the autoscaler sees a peak when it is over."""
        if not self._measures():
            say(f"enabling the addon {_METRICS}; teardown leaves it enabled")
            output_of(self._command("addons", "enable", _METRICS))
        server = kubectl.find(Manifest, "deployment", _METRICS, namespace="kube-system")
        if server is not None and (patch := faster(server)):
            say(f"letting {_METRICS} look every {_RESOLUTION_S} s")
            output_of(
                kubectl.command("patch", "deployment", _METRICS, "--type=json", "-p", patch, namespace="kube-system")
            )
            # Until the new one is there the old one answers, with metrics that go with it.
            rollout = ("rollout", "status", f"deployment/{_METRICS}", f"--timeout={_ROLLOUT_PATIENCE_S}s")
            output_of(kubectl.command(*rollout, namespace="kube-system"), patience_s=2 * _ROLLOUT_PATIENCE_S)

    def _measures(self) -> bool:
        listed = output_of(self._command("addons", "list", "--output", "json"))
        try:
            return bool(json.loads(listed)[_METRICS]["Status"] == "enabled")
        except (ValueError, KeyError, TypeError):  # not every version prints JSON
            return re.search(rf"{_METRICS}\W.*enabled", listed) is not None

    def url(self, kubectl: Kubectl) -> AbstractContextManager[str]:
        """Give the URL of the node port, or of the tunnel to it."""
        del kubectl
        return printed_url(self._command("service", SERVICE, "--namespace", NAMESPACE, "--url"))

    def remove_image(self, image: str) -> None:
        """Remove what was copied; without a record of its name, what is called like it."""
        listed = attempt(self._command("image", "ls")).output.split()
        for one in listed:
            if one == image or is_of(one, IMAGES):
                removed = attempt(self._command("image", "rm", one))
                if removed.exit_code != 0:
                    say(f"note: {one} stays in minikube: {removed.complaint}")
        remove_images(IMAGES)


def faster(server: Manifest) -> str:
    """Return the JSON patch that has metrics-server look more often, empty if it does already."""
    arguments = server.spec["template"]["spec"]["containers"][0].get("args", [])
    wanted = f"{_RESOLUTION}{_RESOLUTION_S}s"
    place = next((i for i, argument in enumerate(arguments) if argument.startswith(_RESOLUTION)), None)
    if place is not None and arguments[place] == wanted:
        return ""
    path = f"/spec/template/spec/containers/0/args/{'-' if place is None else place}"
    return json.dumps([{"op": "add" if place is None else "replace", "path": path, "value": wanted}])
