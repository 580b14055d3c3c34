"""The service as a process of this machine, from this working copy."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from deployment.commands import attempt
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.first_prediction import is_ready
from deployment.platforms.finding import Finding
from deployment.request import ROOT, Request
from deployment.waiting import Clock, wait_for

_COMMAND = (sys.executable, "-m", "service")
_START_PATIENCE_S = 30.0
_STOP_PATIENCE_S = 30.0
_LOG_LINES = 12


class Started(BaseModel):
    """A process that was started."""

    model_config = ConfigDict(frozen=True)

    pid: int
    url: str

    @property
    def runs(self) -> bool:
        """Say whether it is there and still ours: pids are given out again."""
        said = attempt(["ps", "-p", str(self.pid), "-o", "args="])
        return said.exit_code == 0 and " ".join(_COMMAND[1:]) in said.output and "<defunct>" not in said.output


@dataclass(frozen=True)
class Local:
    """A process of this machine."""

    request: Request
    clock: Clock
    kubectl: ClassVar[None] = None

    @property
    def _log(self) -> Path:
        return self.request.folder / "service.log"

    @property
    def _file(self) -> Path:
        return self.request.folder / "process.json"

    def look(self) -> Iterator[Finding]:
        """Yield what has to be in order."""
        yield Finding("Python", sys.version.split()[0])

    def deploy(self) -> str:
        """Start the service in place of an earlier one."""
        self.teardown("")
        self._refuse_a_port_in_use()
        started = self._start()
        if what := wait_for(lambda: self._missing(started), _START_PATIENCE_S, self.clock):
            raise DeploymentError(f"the service is not up after {_START_PATIENCE_S:g} s: {what}\n{self._last_words()}")
        return ""

    def _refuse_a_port_in_use(self) -> None:
        """Else what answers there would be taken for what is started."""
        port = self.request.port
        if is_ready(f"http://127.0.0.1:{port}"):
            remedy = f"stop what listens there or take another one, PORT={port + 1}"
            raise DeploymentError(f"port {port} is in use: {remedy}")

    def _start(self) -> Started:
        """Start it as nobody's child: it outlives this process."""
        self.request.folder.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "SERVICE_HOST": "127.0.0.1", "SERVICE_PORT": str(self.request.port)}
        detached = subprocess.run(
            ["/bin/sh", "-c", 'log=$1; shift; "$@" >"$log" 2>&1 </dev/null & echo $!', "sh", self._log, *_COMMAND],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            start_new_session=True,
        )
        started = Started(pid=int(detached.stdout), url=f"http://127.0.0.1:{self.request.port}")
        self._file.write_text(started.model_dump_json(), encoding="utf-8")
        return started

    def url(self) -> AbstractContextManager[str]:
        """Give the URL of the process."""
        started = self._read()
        if started is None or not started.runs:
            raise DeploymentError("no service is running: make deploy PLATFORM=local")
        return nullcontext(started.url)

    def status(self) -> None:
        """Tell of the process and its last words."""
        started = self._read()
        if started is None or not started.runs:
            say("nothing is deployed on this machine")
            return
        shown = attempt(["ps", "-p", str(started.pid), "-o", "pid,pcpu,rss,etime,args"])
        say(f"{started.url}\n{shown.output.rstrip()}\n\nlog\n{self._last_words()}")

    def teardown(self, image: str) -> None:
        """Stop the process and wait for its end."""
        del image
        started = self._read()
        if started is not None and started.runs:
            say(f"stopping the service (process {started.pid})")
            os.kill(started.pid, signal.SIGTERM)
            if wait_for(lambda: "runs" if started.runs else "", _STOP_PATIENCE_S, self.clock):
                os.kill(started.pid, signal.SIGKILL)
        self._file.unlink(missing_ok=True)

    def _read(self) -> Started | None:
        try:
            return Started.model_validate_json(self._file.read_bytes())
        except (OSError, ValidationError):
            return None

    def _missing(self, started: Started) -> str:
        if not started.runs:
            raise DeploymentError(f"the service ended:\n{self._last_words()}")
        return "" if is_ready(started.url) else "it is not ready"

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:])
