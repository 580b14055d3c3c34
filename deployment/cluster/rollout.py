"""Whether the pods come up, and why not."""

from collections.abc import Iterable

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.observed import Listed, Named
from deployment.cluster.pod import Pod
from deployment.cluster.trouble import evidence_of, why_hopeless
from deployment.cluster.workload import Autoscaler, Deployment
from deployment.errors import DeploymentError
from deployment.request import SERVICE
from deployment.waiting import Clock, wait_for

PATIENCE_S = 200.0
SELECTOR = f"app.kubernetes.io/name={SERVICE}"
_REVISION = "deployment.kubernetes.io/revision"
_OVER = ("Failed", "Succeeded")
_HASH = "pod-template-hash"


def wait_until_rolled_out(kubectl: Kubectl, clock: Clock) -> None:
    """Return once all pods are new and available, and no old one answers.

    DeploymentError says what is wrong with one, and its last words.
    """
    missing = wait_for(lambda: _missing(kubectl), PATIENCE_S, clock)
    if missing:
        raise DeploymentError(f"the rollout is not complete after {PATIENCE_S:g} s: {missing}\n{evidence(kubectl)}")


def insist_on_replicas(kubectl: Kubectl, wanted: int | None) -> None:
    """Return if as many pods are asked for as the manifests say: a bench of three pods measures something else."""
    if wanted is None:
        return
    replicas = kubectl.get(Deployment, "deployment", SERVICE).spec.replicas
    if replicas != wanted:
        raise DeploymentError(
            f"somebody has scaled the deployment to {replicas} pods, and the manifests ask for {wanted}: deploy again"
        )


def wait_until_scaled_to_its_least(kubectl: Kubectl, clock: Clock) -> None:
    """Return once there are as many pods as the autoscaler is to have at least: it looks every 15 s."""
    missing = wait_for(lambda: _missing_of_least(kubectl), PATIENCE_S, clock)
    if missing:
        raise DeploymentError(f"after {PATIENCE_S:g} s there are not enough pods: {missing}\n{evidence(kubectl)}")


def _missing_of_least(kubectl: Kubectl) -> str:
    least = kubectl.get(Autoscaler, "horizontalpodautoscaler", SERVICE).spec.min_replicas
    there = kubectl.get(Deployment, "deployment", SERVICE).status.available_replicas
    return f"{there} of at least {least} available" if there < least else ""


def _missing(kubectl: Kubectl) -> str:
    deployment = kubectl.get(Deployment, "deployment", SERVICE)
    new = new_pods(kubectl, deployment)
    missing = what_is_missing(deployment)
    if missing and (reason := why_given_up(deployment, new)):
        raise DeploymentError(f"the rollout failed: {reason}\n{evidence(kubectl)}")
    return missing or _still_answering(pods_of(kubectl), new)


def _still_answering(pods: Iterable[Pod], new: list[Pod]) -> str:
    """Return which old pods drain, whom a Deployment no longer counts: a first prediction could be theirs."""
    names = {pod.metadata.name for pod in new}
    old = [pod.metadata.name for pod in pods if pod.metadata.name not in names and pod.status.phase not in _OVER]
    return f"old pods still drain: {', '.join(old)}" if old else ""


def pods_of(kubectl: Kubectl) -> tuple[Pod, ...]:
    """Return the pods of the service."""
    return kubectl.get(Listed[Pod], "pods", "--selector", SELECTOR).items


def new_pods(kubectl: Kubectl, deployment: Deployment) -> list[Pod]:
    """Return the pods of the newest version: an older one may have failed, which is then being mended."""
    sets = kubectl.get(Listed[Named], "replicasets", "--selector", SELECTOR).items
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
            if reason := why_hopeless(container):
                return f"pod {pod.metadata.name}: {reason}"
    return ""


def evidence(kubectl: Kubectl) -> str:
    """Return what may explain a failure: why pods are not scheduled, their last log lines, warnings."""
    failing = [pod for pod in pods_of(kubectl) if not pod.ready]
    return "\n".join(evidence_of(kubectl, failing))
