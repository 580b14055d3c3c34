"""The pods of a load test in the cluster: whether they start, and why not."""

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.observed import Listed
from deployment.cluster.pod import Pod
from deployment.cluster.trouble import evidence_of, why_hopeless
from deployment.cluster.workload import Event, Job
from deployment.errors import DeploymentError
from deployment.load.manifests import COMPONENT
from deployment.waiting import Clock, wait_for

MASTER, WORKER = "load-master", "load-worker"
START_PATIENCE_S = 240.0
_FEWER = "is there room in the cluster? WORKERS=1 needs less"


def pods_named(kubectl: Kubectl, name: str) -> list[Pod]:
    """Return the pods of the master or of the workers, those excepted that are being removed."""
    selected = kubectl.get(Listed[Pod], "pods", "--selector", f"app.kubernetes.io/name={name}").items
    return [pod for pod in selected if not pod.metadata.deletion_timestamp]


def master_job(kubectl: Kubectl) -> Job | None:
    """Return the Job of the master, finished or not."""
    return kubectl.find(Job, "job", MASTER)


def wait_until_started(kubectl: Kubectl, workers: int, clock: Clock) -> str:
    """Return the name of the master's pod once all pods run; DeploymentError says what is wrong with one."""
    missing = wait_for(lambda: _missing(kubectl, workers), START_PATIENCE_S, clock)
    if missing:
        pods = [pod for name in (MASTER, WORKER) for pod in pods_named(kubectl, name) if not has_started(pod)]
        told = "\n".join(evidence_of(kubectl, pods))
        raise DeploymentError(f"the load test has not begun after {START_PATIENCE_S:g} s, {missing}: {_FEWER}\n{told}")
    return pods_named(kubectl, MASTER)[0].metadata.name


def _missing(kubectl: Kubectl, workers: int) -> str:
    pods = [pod for name in (MASTER, WORKER) for pod in pods_named(kubectl, name)]
    for pod in pods:
        if reason := next((why for one in pod.status.container_statuses if (why := why_hopeless(one))), ""):
            told = "\n".join(evidence_of(kubectl, [pod]))
            raise DeploymentError(f"the load test cannot begin: pod {pod.metadata.name}: {reason}\n{told}")
    if len(pods) <= workers and (reason := _why_not_made(kubectl)):
        raise DeploymentError(f"the load test cannot begin, no pod may be made: {reason}")
    started = sum(has_started(pod) for pod in pods)
    return "" if started > workers else f"{started} of {workers + 1} pods started"


def has_started(pod: Pod) -> bool:
    """Say whether its container runs, or has ended."""
    containers = pod.status.container_statuses
    return bool(containers) and all(one.state.waiting is None for one in containers)


def has_ended(pod: Pod) -> bool:
    """Say whether its container has ended, or the pod has failed without one."""
    containers = pod.status.container_statuses
    if not containers:
        return pod.status.phase == "Failed"
    return all(one.state.terminated is not None for one in containers)


def _why_not_made(kubectl: Kubectl) -> str:
    """Return what the API server has against the pods of these Jobs: Pod Security, a quota; empty if nothing."""
    ours = {job.metadata.uid for job in kubectl.get(Listed[Job], "jobs", "--selector", COMPONENT).items}
    events = kubectl.get(Listed[Event], "events", "--field-selector", "reason=FailedCreate").items
    return next((one.message for one in reversed(events) if one.involved_object.uid in ours), "")
