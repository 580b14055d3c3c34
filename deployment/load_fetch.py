"""What comes out of a load test in the cluster: its lines while it runs, its reports and its exit code at the end."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from deployment.console import say
from deployment.errors import DeploymentError
from deployment.kubectl import Kubectl
from deployment.load_log import MasterLog
from deployment.load_pods import WORKER, pods_named
from deployment.load_verdict import INVALID, REFUSED, conclude, say_invalid
from deployment.observed import Pod
from deployment.parcel import Parcel
from deployment.trouble import evidence_of, how_it_ended
from deployment.waiting import Clock

_END_NOW = '{"spec": {"activeDeadlineSeconds": 1}}'


@dataclass
class Interruption:
    """Whether a signal asked for the end."""

    came: bool = False


@contextmanager
def told_to_stop(kubectl: Kubectl, pod: str, interruption: Interruption) -> Iterator[None]:
    """Turn the first Ctrl-C or SIGTERM into the end of a pod that keeps its log, the second into a KeyboardInterrupt.

    A pod that is deleted takes its log along; one whose deadline is over is told to end in the same way, and stays.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        if interruption.came:
            raise KeyboardInterrupt
        interruption.came = True
        say("stopping the load test; once more to leave its reports behind")
        subprocess.Popen(
            kubectl.command("patch", "pod", pod, "--type=merge", "--patch", _END_NOW),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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
