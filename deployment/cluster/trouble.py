"""Why a pod does not come up, or has ended: what its container says, its last words, the warnings about it."""

from collections.abc import Iterable

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.pod import Container, Pod

_LOG_LINES = 12
_WARNINGS = 5
_NOT_PULLED = (
    "the registry does not give the image; can the nodes reach it, and may they? A private one wants a pull secret, "
    "and nodes of another architecture their own image (docs/deploying.md)"
)
_HOPELESS = {
    "ErrImageNeverPull": "the image is not in the node; the same command again puts it there",
    "ErrImagePull": _NOT_PULLED,
    "ImagePullBackOff": _NOT_PULLED,
    "InvalidImageName": "check REGISTRY",
    "CreateContainerConfigError": "a config map, or the user of the image, is not as the manifest says",
    "CreateContainerError": "the container engine refuses the container",
    "RunContainerError": "the container engine cannot start the container",
}
_RESTARTS_GIVEN_UP_AFTER = 3
_OUT_OF_MEMORY = "OOMKilled"


def why_hopeless(container: Container) -> str:
    """Return why a container will not run however long one waits, empty if it may."""
    waiting = container.state.waiting
    if waiting is not None and waiting.reason in _HOPELESS:
        return f"{waiting.reason}: {_HOPELESS[waiting.reason]} ({waiting.message or 'no message'})"
    if container.restart_count >= _RESTARTS_GIVEN_UP_AFTER:
        return f"its container ended {container.restart_count} times, {how_it_ended(container)}"
    return ""


def how_it_ended(container: Container) -> str:
    """Return how a container ended the last time."""
    ended = container.last_state.terminated or container.state.terminated
    if ended is None:
        return "nobody knows why"
    if ended.reason == _OUT_OF_MEMORY:
        return "it took more memory than its limit (OOMKilled)"
    return f"the last time with exit code {ended.exit_code} ({ended.reason})"


def evidence_of(kubectl: Kubectl, pods: Iterable[Pod]) -> list[str]:
    """Return what may explain a failure: why pods are not scheduled, their last log lines, warnings."""
    pods = list(pods)
    told = [line for pod in pods for line in _evidence_of(kubectl, pod)]
    return [*told, *_warnings(kubectl, [pod.metadata.name for pod in pods])]


def _evidence_of(kubectl: Kubectl, pod: Pod) -> list[str]:
    name = pod.metadata.name
    scheduled = pod.condition("PodScheduled")
    if scheduled is not None and scheduled.status == "False":
        return [f"pod {name} fits on no node: {scheduled.message}"]
    log = kubectl.attempt("logs", name, f"--tail={_LOG_LINES}")
    if not log.output:  # it has just been started again
        log = kubectl.attempt("logs", name, f"--tail={_LOG_LINES}", "--previous")
    return [f"log of {name}: {line}" for line in log.output.splitlines()]


def _warnings(kubectl: Kubectl, names: list[str]) -> list[str]:
    selected = ("--field-selector", "type=Warning", "--sort-by", ".lastTimestamp", "--no-headers")
    lines = kubectl.attempt("get", "events", *selected).output.splitlines()
    telling = [line for line in lines if "FailedCreate" in line or any(name in line for name in names)]
    return [f"event: {' '.join(line.split())}" for line in telling[-_WARNINGS:]]
