"""The log of the master's pod, line by line, through interruptions of the connection."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.pod import Pod
from deployment.errors import DeploymentError
from deployment.load.pods import has_ended
from deployment.waiting import POLL_S, Clock, wait_for

LOST_PATIENCE_S = 120.0


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
        """Yield each line once; DeploymentError if the cluster is lost for good."""
        followed = False
        while True:
            pod = self._look()
            # Older kubelets say nothing more of a pod whose deadline is over, not even that its container has ended.
            ended = pod is None or has_ended(pod) or (followed and pod.status.phase == "Failed")
            yield from self._new_lines(() if ended else ("--follow",))
            if ended:
                return
            followed = True
            self.clock.sleep(POLL_S)

    def _new_lines(self, options: tuple[str, ...]) -> Iterator[str]:
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
