"""Whether the pods come up, and why not."""

from collections.abc import Iterable

from deployment.errors import DeploymentError
from deployment.kubectl import Kubectl
from deployment.observed import Container, Deployment, Pod, PodList, ReplicaSetList
from deployment.request import SERVICE
from deployment.waiting import Clock, wait_for

PATIENCE_S = 200.0
SELECTOR = f"app.kubernetes.io/name={SERVICE}"
_REVISION = "deployment.kubernetes.io/revision"
_HASH = "pod-template-hash"
_LOG_LINES = 12
_WARNINGS = 5
_HOPELESS = {
    "ErrImageNeverPull": "the image is not in the node; make deploy puts it there",
    "ErrImagePull": "the registry does not give the image; can the nodes reach it, and may they?",
    "ImagePullBackOff": "the registry does not give the image; can the nodes reach it, and may they?",
    "InvalidImageName": "check REGISTRY",
    "CreateContainerConfigError": "a config map, or the user of the image, is not as the manifest says",
    "CreateContainerError": "the container engine refuses the container",
    "RunContainerError": "the container engine cannot start the container",
}
_RESTARTS_GIVEN_UP_AFTER = 3
_OUT_OF_MEMORY = "OOMKilled"


def wait_until_rolled_out(kubectl: Kubectl, clock: Clock) -> None:
    """Return once all pods are new and available; DeploymentError says what is wrong with one, and its last words."""
    missing = wait_for(lambda: _missing(kubectl), PATIENCE_S, clock)
    if missing:
        raise DeploymentError(f"the rollout is not complete after {PATIENCE_S:g} s: {missing}\n{evidence(kubectl)}")


def _missing(kubectl: Kubectl) -> str:
    deployment = kubectl.get(Deployment, "deployment", SERVICE)
    missing = what_is_missing(deployment)
    if missing and (reason := why_given_up(deployment, new_pods(kubectl, deployment))):
        raise DeploymentError(f"the rollout failed: {reason}\n{evidence(kubectl)}")
    return missing


def pods_of(kubectl: Kubectl) -> tuple[Pod, ...]:
    """Return the pods of the service."""
    return kubectl.get(PodList, "pods", "--selector", SELECTOR).items


def new_pods(kubectl: Kubectl, deployment: Deployment) -> list[Pod]:
    """Return the pods of the newest version: an older one may have failed, which is then being mended."""
    sets = kubectl.get(ReplicaSetList, "replicasets", "--selector", SELECTOR).items
    revision = deployment.metadata.annotations.get(_REVISION)
    hashes = {one.metadata.labels.get(_HASH) for one in sets if one.metadata.annotations.get(_REVISION) == revision}
    return [pod for pod in pods_of(kubectl) if pod.metadata.labels.get(_HASH) in hashes]


def what_is_missing(deployment: Deployment) -> str:
    """Return what a Deployment still waits for, empty if it is complete."""
    wanted, status = deployment.spec.replicas, deployment.status
    if status.observed_generation < deployment.metadata.generation:
        return "the cluster has not yet looked at it"
    if status.updated_replicas < wanted:
        return f"{status.updated_replicas} of {wanted} pods made"
    if status.replicas > status.updated_replicas:
        return f"{status.replicas - status.updated_replicas} old pods still there"
    if status.available_replicas < wanted:
        return f"{status.available_replicas} of {wanted} pods available"
    return ""


def why_given_up(deployment: Deployment, pods: Iterable[Pod]) -> str:
    """Return why waiting longer is of no use, empty if it may be."""
    failure = next((one for one in deployment.status.conditions if one.type == "ReplicaFailure"), None)
    if failure is not None and failure.status == "True":
        return f"no pod may be made: {failure.message}"
    for pod in (pod for pod in pods if not pod.ready):
        for container in pod.status.container_statuses:
            if reason := _hopeless(container):
                return f"pod {pod.metadata.name}: {reason}"
    return ""


def _hopeless(container: Container) -> str:
    waiting = container.state.waiting
    if waiting is not None and waiting.reason in _HOPELESS:
        return f"{waiting.reason}: {_HOPELESS[waiting.reason]} ({waiting.message or 'no message'})"
    if container.restart_count >= _RESTARTS_GIVEN_UP_AFTER:
        return f"its container ended {container.restart_count} times, {_last_end(container)}"
    return ""


def _last_end(container: Container) -> str:
    ended = container.last_state.terminated or container.state.terminated
    if ended is None:
        return "nobody knows why"
    if ended.reason == _OUT_OF_MEMORY:
        return "it took more memory than its limit (OOMKilled)"
    return f"the last time with exit code {ended.exit_code} ({ended.reason})"


def evidence(kubectl: Kubectl) -> str:
    """Return what may explain a failure: why pods are not scheduled, their last log lines, warnings."""
    failing = [pod for pod in pods_of(kubectl) if not pod.ready]
    told = [line for pod in failing for line in _evidence_of(kubectl, pod)]
    return "\n".join([*told, *_warnings(kubectl, [pod.metadata.name for pod in failing])])


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
