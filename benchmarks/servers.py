"""Services as processes of their own, for measurements."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.cores import bound
from benchmarks.cpu_clock import process_cpu_s
from load_tests.ports import free_port
from model.base import RegressionModel
from model.insurance_charges import InsuranceChargesModel
from service.hosting import example_of

ROOT = Path(__file__).parents[1]
LONGEST_START_S = 90.0
NOT_INHERITED = ("SERVICE_", "PYTHONDONTWRITEBYTECODE")
"""The service is compiled in its image; where nothing may be, compiling would count as a part of every start."""
MODEL: type[RegressionModel] = InsuranceChargesModel
PREDICTION = f"/api/models/{MODEL.qualified_name}/prediction"


@dataclass(frozen=True)
class Server:
    """A process that answers."""

    process: "subprocess.Popen[bytes]"
    port: int

    def cpu_s(self) -> float:
        """Return the CPU time that it has used so far."""
        return process_cpu_s(self.process.pid)

    def rss_mb(self) -> float:
        """Return the memory that it has resident, in millions of bytes."""
        return float(round(psutil.Process(self.process.pid).memory_info().rss / 1e6, 1))

    def stop(self) -> int:
        """End it as an orchestrator does; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end; return its exit code."""
        try:
            return self.process.wait(LONGEST_START_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def start(core: int | None = None, **environment: str) -> Server:
    """Start a service with these settings, bound to a core if one is given."""
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
    settings = {"SERVICE_PORT": str(port), "SERVICE_LOG_LEVEL": "warning"} | environment
    command = [sys.executable, "-m", "service"]
    server = Server(subprocess.Popen([*bound(core), *command], cwd=ROOT, env=inherited | settings), port)
    _wait_until_ready(server)
    return server


@contextmanager
def serving(core: int | None = None, **environment: str) -> Iterator[Server]:
    """Have a service for a while."""
    server = start(core, **environment)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def answering(module: str, core: int) -> Iterator[Server]:
    """Have what a module serves on a uvicorn of its own for a while, bound to a core."""
    process = subprocess.Popen([*bound(core), sys.executable, "-m", module], cwd=ROOT, stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None  # noqa: S101 (a pipe was asked for)
        try:
            yield Server(process, int(process.stdout.readline()))
        finally:
            process.terminate()


def payload() -> bytes:
    """Return a record to predict."""
    return json.dumps(example_of(MODEL.input_schema)).encode()


def _wait_until_ready(server: Server) -> None:
    end_s = time.monotonic() + LONGEST_START_S
    while time.monotonic() < end_s and server.process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{server.port}/api/health/ready", timeout=1).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
        else:
            return
    server.process.kill()
    raise RuntimeError("the service did not become ready")
