"""The log of the master's pod, line by line, through interruptions of the connection."""

import math
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.pod import Pod
from deployment.errors import DeploymentError
from deployment.load.pods import has_ended
from deployment.waiting import POLL_S, Clock, wait_for

LOST_PATIENCE_S = 120.0
SPARE_S = 300.0
"""What a pod may take to end when its deadline is over, and its kubelet to say so."""


@dataclass
class MasterLog:
    """Everything that a pod writes until it ends."""

    kubectl: Kubectl
    pod: str
    """Its name."""
    clock: Clock
    seen: int = 0
    """Number of lines that were yielded."""

    def lines(self) -> Iterator[str]:
        """Yield each line once; DeploymentError if the cluster is lost for good, or the pod's node is."""
        followed, ends_s = False, math.inf
        while True:
            pod = self._look()
            if pod is not None and not followed:  # an interruption sets the deadline to one second
                ends_s = self.clock.now_s() + pod.spec.active_deadline_seconds + SPARE_S
            left_s = ends_s - self.clock.now_s()
            # Older kubelets say nothing more of a pod whose deadline is over, not even that its container has ended.
            ended = pod is None or has_ended(pod) or (followed and pod.status.phase == "Failed")
            if not ended and left_s <= 0:
                raise DeploymentError(
                    f"pod {self.pod} has not ended though its deadline is over: does its node live? `kubectl get nodes`"
                )
            yield from self._new_lines(_options(ended, left_s))
            if ended:
                return
            followed = True
            self.clock.sleep(POLL_S)

    def _new_lines(self, options: list[str]) -> Iterator[str]:
        """Yield what was not yet seen: a log begins with its first line each time that it is asked for."""
        command = self.kubectl.command("logs", self.pod, *options)
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C is for the load test, whose last lines are still to be read
        ) as process:
            for number, line in enumerate(process.stdout or ()):
                if number >= self.seen and line.endswith("\n"):
                    self.seen += 1
                    yield line.rstrip("\n")

    def _look(self) -> Pod | None:
        """Return the pod, None if it is gone; waits for a cluster that does not answer."""
        found: list[Pod | None] = []

        def look() -> str:
            try:
                found.append(self.kubectl.find(Pod, "pod", self.pod))
            except DeploymentError as error:
                return str(error)
            return ""

        if lost := wait_for(look, LOST_PATIENCE_S, self.clock):
            raise DeploymentError(
                f"the cluster was lost, and the load test may go on there: `make fetch` brings its reports\n{lost}"
            )
        return found[-1]


def _options(ended: bool, left_s: float) -> list[str]:
    """Return how a log is asked for: without a limit, kubectl follows that of a node that has died for ever."""
    limit = [] if math.isinf(left_s) else [f"--request-timeout={math.ceil(max(left_s, LOST_PATIENCE_S))}s"]
    return limit if ended else ["--follow", *limit]
