"""What comes out of a load test in the cluster: its lines while it runs, its reports and its exit code at the end."""

from pathlib import Path

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.pod import Pod
from deployment.cluster.trouble import evidence_of, how_it_ended
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.load.log import MasterLog
from deployment.load.parcel import Parcel
from deployment.load.pods import WORKER, pods_named
from deployment.load.verdict import INVALID, REFUSED, conclude, say_invalid
from deployment.waiting import Clock


def fetch(kubectl: Kubectl, pod: str, clock: Clock, reports: Path, cluster_record: Path | None = None) -> int:
    """Tell what a master writes, unpack its reports, join them with the record of the cluster; the exit code."""
    parcel = Parcel()
    for line in MasterLog(kubectl, pod, clock).lines():
        if not parcel.takes(line):
            say(line)
    ended = kubectl.find(Pod, "pod", pod)
    exit_code = _exit_code(ended)
    if exit_code in (REFUSED, INVALID) and not parcel.has_begun:
        return exit_code  # it has said why
    try:
        folder = parcel.unpack(reports)
    except DeploymentError as error:
        _say_why(kubectl, ended)
        say_invalid(f"{error}; {_how(ended)}")
        return INVALID
    return conclude(folder, exit_code, cluster_record)


def _exit_code(pod: Pod | None) -> int | None:
    ended = [one.state.terminated for one in pod.status.container_statuses] if pod else []
    return ended[0].exit_code if ended and ended[0] else None


def _how(pod: Pod | None) -> str:
    if pod is None or not pod.status.container_statuses:
        return "its pod is gone"
    return f"it ended, {how_it_ended(pod.status.container_statuses[0])}"


def _say_why(kubectl: Kubectl, pod: Pod | None) -> None:
    """Quote the last words of those that failed, the workers' included."""
    workers = [one for one in pods_named(kubectl, WORKER) if one.status.phase == "Failed"]
    for line in evidence_of(kubectl, [*([pod] if pod else []), *workers]):
        say(line)
