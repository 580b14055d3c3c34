"""The API of a cluster as kubectl reaches it: one `kubectl proxy` for a whole run, which only reads.

A kubectl for each question would take a tenth of a second of CPU each time, on the machine that offers the load.
"""

import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, Any

import psutil

from load_tests.cluster.errors import ClusterError

START_PATIENCE_S = 20.0
ANSWER_PATIENCE_S = 10.0
END_PATIENCE_S = 5.0
LONGEST_BYTES = 64 << 20
MOST_SAID_LINES = 20
OK = 200


@dataclass(frozen=True)
class Answer:
    """What the API server said."""

    status: int
    body: bytes
    ahead_s: float | None
    """How far its clock is ahead of this machine's, to half a second; None if it does not say."""

    @property
    def document(self) -> Any:
        """The body as JSON; ClusterError if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise ClusterError(f"the API server answers what is no JSON: {self.body[:80]!r}") from None

    @property
    def complaint(self) -> str:
        """Why there is no answer, in its words."""
        text = self.body.decode("utf-8", "replace")
        with suppress(ValueError, AttributeError):
            text = json.loads(text).get("message", text)
        return f"{self.status} {' '.join(str(text).split())[:200]}".strip()


class _SocketConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=ANSWER_PATIENCE_S)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket instead of a port, which everybody on this machine could use."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class ApiProxy:
    """Asks the API server by way of kubectl; start it before, and end it after use.

    Parameters
    ----------
    program : sequence of str
        How kubectl is called.
    context : str
        Which cluster; empty for the current one.
    """

    def __init__(self, program: Sequence[str] = ("kubectl",), context: str = "") -> None:
        where = ["--context", context] if context else []
        self._command = [*program, "proxy", *where, "--reject-methods", "^(POST|PUT|PATCH|DELETE)$"]
        self._folder = tempfile.TemporaryDirectory(prefix="loadproof-")
        self._process: subprocess.Popen[bytes] | None = None
        self._said: list[bytes] = []
        self._listening: threading.Thread | None = None
        self._ended_cpu_s = 0.0

    def start(self) -> None:
        """Start kubectl, again if it has ended; ClusterError quotes why it cannot be."""
        self._stop_process()
        path = self._path
        path.unlink(missing_ok=True)
        self._said = []
        try:
            self._process = subprocess.Popen(
                [*self._command, "--unix-socket", str(path)],
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
        self._wait_for_socket(path)

    @property
    def _path(self) -> Path:
        return Path(self._folder.name) / "api"

    def _listen(self, output: IO[bytes] | None) -> None:
        """Keep the first lines that kubectl says, and go on reading, lest it blocks."""
        if output is None:
            return
        with output:
            for line in output:
                if len(self._said) < MOST_SAID_LINES:
                    self._said.append(line)

    def _wait_for_socket(self, path: Path) -> None:
        ends_s = time.monotonic() + START_PATIENCE_S
        while time.monotonic() < ends_s and self.runs:
            if path.exists():
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
        connection = _SocketConnection(self._path)
        began_s = time.time()
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read(LONGEST_BYTES)
        except (OSError, HTTPException) as error:
            raise ClusterError(f"the API server does not answer: {error or type(error).__name__}") from None
        finally:
            connection.close()
        return Answer(response.status, body, _ahead_s(response.headers["Date"], (began_s + time.time()) / 2))

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


def _ahead_s(date: str | None, now_s: float) -> float | None:
    """The date of an answer against the time at which it was made; it is cut to whole seconds."""
    try:
        return round(parsedate_to_datetime(date or "").timestamp() + 0.5 - now_s, 2)
    except ValueError:
        return None
