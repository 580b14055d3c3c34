"""The API of a cluster as kubectl reaches it: one `kubectl proxy` for a whole run, which only reads.

A kubectl for each question would take a tenth of a second of CPU each time, on the machine that offers the load.
"""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

from load_tests.cluster.answers import Answer, ask, listens
from load_tests.cluster.errors import ClusterError

START_PATIENCE_S = 30.0
END_PATIENCE_S = 5.0
MOST_SAID_LINES = 20


class ApiProxy:
    """Asks the API server by way of kubectl; start it before, and end it after use.

    Parameters
    ----------
    program : sequence of str
        How kubectl is called.
    context : str
        Which cluster; empty for the current one.

    Attributes
    ----------
    socket : Path
        Where kubectl listens.
    """

    def __init__(self, program: Sequence[str] = ("kubectl",), context: str = "") -> None:
        where = ["--context", context] if context else []
        self._command = [*program, "proxy", *where, "--reject-methods", "^(POST|PUT|PATCH|DELETE)$"]
        self._folder = tempfile.TemporaryDirectory(prefix="loadproof-")
        self.socket = Path(self._folder.name) / "api"
        self._process: subprocess.Popen[bytes] | None = None
        self._said: list[bytes] = []
        self._listening: threading.Thread | None = None
        self._ended_cpu_s = 0.0

    def start(self) -> None:
        """Start kubectl, again if it has ended; ClusterError quotes why it cannot be."""
        self._stop_process()
        self.socket.unlink(missing_ok=True)
        self._said = []
        try:
            self._process = subprocess.Popen(
                [*self._command, "--unix-socket", str(self.socket)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # what interrupts the run does not end its record
            )
        except OSError as error:
            raise ClusterError(
                f"{self._command[0]} cannot be started ({error.strerror}): install kubectl "
                "(https://kubernetes.io/docs/tasks/tools/), or say how it is called, --kubectl 'minikube kubectl --'"
            ) from None
        self._listening = threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True)
        self._listening.start()
        self._wait_for_socket()

    def _listen(self, output: IO[bytes] | None) -> None:
        """Keep the first lines that kubectl says, and go on reading, lest it blocks."""
        if output is None:
            return
        with output:
            for line in output:
                if len(self._said) < MOST_SAID_LINES:
                    self._said.append(line)

    def _wait_for_socket(self) -> None:
        ends_s = time.monotonic() + START_PATIENCE_S
        while time.monotonic() < ends_s and self.runs:
            if listens(self.socket):
                return
            time.sleep(0.02)
        self._stop_process()
        said = b"".join(self._said).decode("utf-8", "replace").strip() or "it said nothing"
        raise ClusterError(f"`{' '.join(self._command)}` does not serve: {said}")

    @property
    def runs(self) -> bool:
        """Whether kubectl is there."""
        return self._process is not None and self._process.poll() is None

    def get(self, path: str) -> Answer:
        """Ask once; ClusterError if nobody answers."""
        return ask(self.socket, path)

    @property
    def cpu_s(self) -> float:
        """CPU time that kubectl has used."""
        if not self.runs or self._process is None:
            return self._ended_cpu_s
        try:
            family = psutil.Process(self._process.pid)
            used = [one.cpu_times() for one in (family, *family.children(recursive=True))]
        except psutil.Error:
            return self._ended_cpu_s
        return self._ended_cpu_s + sum(times.user + times.system for times in used)

    def _stop_process(self) -> None:
        process = self._process
        if process is None:
            return
        self._ended_cpu_s = self.cpu_s
        for last in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, last)
            with suppress(subprocess.TimeoutExpired):
                process.wait(END_PATIENCE_S)
                break
        if self._listening is not None:
            self._listening.join(END_PATIENCE_S)
        self._process = None

    def end(self) -> None:
        """End kubectl and remove its socket."""
        self._stop_process()
        self._folder.cleanup()
