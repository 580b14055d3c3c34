"""One container on this machine, with the limits and the rights that the Deployment gives its pods."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import ClassVar

from deployment.cluster.manifests import PART_OF
from deployment.commands import attempt, output_of
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.image import SERVICE_IMAGE, build, describe
from deployment.platforms.engine import look_at_engine, published_url, remove_images
from deployment.platforms.finding import Finding, finding
from deployment.pod_template import PodTemplate, read_pod_template, read_settings
from deployment.quantities import cores, number_of_bytes
from deployment.request import Request, Setting
from deployment.waiting import Clock, wait_for

_INNER_PORT = 8000
_PATIENCE_S = 60.0
_LOG_LINES = "12"


@dataclass(frozen=True)
class Docker:
    """A container engine."""

    request: Request
    clock: Clock
    kubectl: ClassVar[None] = None

    def look(self) -> Iterator[Finding]:
        """Yield what has to be in order."""
        yield finding("Docker", look_at_engine)

    def deploy(self) -> str:
        """Build the image and run it in place of an earlier container."""
        image = describe(self.request)
        self._is_there()
        build(image)
        self._remove()
        named = ["--name", self.request.container, "--label", PART_OF]
        output_of(["docker", "run", "--detach", *named, *self._options(), image.reference])
        if what := wait_for(self._what_is_missing, _PATIENCE_S, self.clock):
            raise DeploymentError(f"the container is not up: {what}")
        return image.reference

    def _is_there(self) -> bool:
        """Say whether there is a container of that name; one of somebody else is refused."""
        label = PART_OF.partition("=")[0]
        asked = ["docker", "inspect", "--type", "container", "--format", f'{{{{index .Config.Labels "{label}"}}}}']
        found = attempt([*asked, self.request.container])
        if found.exit_code == 0 and found.output.strip() != PART_OF.partition("=")[2]:
            name = self.request.container
            raise DeploymentError(
                f"the container {name} was not made by make deploy and stays: `docker rm {name}` if nobody needs it"
            )
        return found.exit_code == 0

    def _remove(self) -> None:
        """Stop the container as Kubernetes would: it answers on while it drains, within its --stop-timeout."""
        if self._is_there():
            say("stopping the container")
            output_of(["docker", "stop", self.request.container])
            output_of(["docker", "rm", self.request.container])

    def _options(self) -> list[str]:
        settings = {setting.name: setting for setting in (*read_settings(), *self.request.settings)}
        pod = read_pod_template(self.request.overlay)
        return run_options(pod, tuple(settings.values()), self.request.port)

    def _what_is_missing(self) -> str:
        state = output_of(
            ["docker", "inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", self.request.container]
        )
        if state.split()[0] in ("exited", "dead"):
            log = attempt(["docker", "logs", "--tail", _LOG_LINES, self.request.container])
            raise DeploymentError(f"the container ended with exit code {state.split()[1]}:\n{log.complaint}")
        return "" if state.split()[0] == "running" else f"it is {state.split()[0]}"

    def url(self) -> AbstractContextManager[str]:
        """Give the URL of the port that was published."""
        if url := published_url(self.request.container, _INNER_PORT):
            return nullcontext(url)
        raise DeploymentError("no container is running: make deploy PLATFORM=docker")

    def status(self) -> None:
        """Tell of the container, its CPU and memory, and its last words."""
        if attempt(["docker", "inspect", self.request.container]).exit_code != 0:
            say("nothing is deployed on docker")
            return
        for title, command in (
            ("container", ["ps", "--all", "--filter", f"name=^{self.request.container}$"]),
            ("CPU and memory", ["stats", "--no-stream", self.request.container]),
            ("log", ["logs", "--tail", _LOG_LINES, self.request.container]),
        ):
            shown = attempt(["docker", *command])
            say(f"\n{title}\n{(shown.output + shown.errors).rstrip()}")

    def teardown(self, image: str) -> None:
        """Stop the container, remove it and the images."""
        del image
        self._remove()
        remove_images([SERVICE_IMAGE])


def run_options(pod: PodTemplate, settings: tuple[Setting, ...], port: int) -> list[str]:
    """Return what `docker run` is given, so that the container may use and do what the pod may.

    The config map is left out: its only file is in the image as well, where the service looks for it.
    """
    container, security = pod.container, pod.container.security_context
    paths = {mount.name: mount.mount_path for mount in container.volume_mounts}
    folders = [(paths[volume.name], volume.empty_dir.size_limit) for volume in pod.volumes if volume.empty_dir]
    memory = str(number_of_bytes(container.resources.limits["memory"]))
    return [
        *("--publish", f"127.0.0.1:{port}:{_INNER_PORT}"),
        *("--cpus", str(cores(container.resources.limits["cpu"])), "--memory", memory, "--memory-swap", memory),
        *("--user", f"{pod.security_context.run_as_user}:{pod.security_context.run_as_group}"),
        *(["--read-only"] if security.read_only_root_filesystem else []),
        *([] if security.allow_privilege_escalation else ["--security-opt", "no-new-privileges"]),
        *(part for name in security.capabilities.drop for part in ("--cap-drop", name)),
        *("--stop-timeout", str(pod.termination_grace_period_seconds)),
        *(part for path, size in folders for part in ("--tmpfs", f"{path}:size={number_of_bytes(size)}")),
        *(part for setting in settings for part in ("--env", f"{setting.name}={setting.value}")),
    ]
