"""Ctrl-C and SIGTERM for a load test in the cluster: its pod is told to end, and leaves its reports in its log."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from deployment.cluster.kubectl import Kubectl
from deployment.console import say

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
