"""Servers to measure, each a process on the second core: the service, and the floor under it."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

PATIENCE_S = 30.0


@dataclass(frozen=True)
class Server:
    """A process that answers on a port of this machine."""

    process: psutil.Process
    port: int

    @property
    def cpu_s(self) -> float:
        """CPU time it has used since it started."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    @property
    def rss_mb(self) -> float:
        """Memory it has resident, in millions of bytes."""
        return float(round(self.process.memory_info().rss / 1e6, 1))


@contextmanager
def bare() -> Iterator[Server]:
    """Run the bare callable."""
    with _process("benchmarks.bare_asgi") as (process, log):
        port = int(_wait_for(process, log, r"^(\d+)$"))
        yield Server(psutil.Process(process.pid), port)


@contextmanager
def service() -> Iterator[Server]:
    """Run the service as it is configured in this working copy, ready for requests."""
    with _process("service") as (process, log):
        port = int(_wait_for(process, log, r"http://127\.0\.0\.1:(\d+)"))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health/ready", timeout=PATIENCE_S):
            pass
        yield Server(psutil.Process(process.pid), port)


@contextmanager
def _process(module: str) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SERVICE_", "REST_"))}
    with ExitStack() as stack:
        log = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "log.txt"
        process = subprocess.Popen(
            _on_core(1, [sys.executable, "-m", module]),
            env=inherited | {"SERVICE_PORT": "0"},
            stdout=stack.enter_context(log.open("wb")),
            stderr=subprocess.STDOUT,
        )
        try:
            yield process, log
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _wait_for(process: "subprocess.Popen[bytes]", log: Path, pattern: str) -> str:
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s and process.poll() is None:
        if found := re.search(pattern, log.read_text(encoding="utf-8"), re.MULTILINE):
            return found[1]
        time.sleep(0.02)
    raise RuntimeError(f"the server did not start:\n{log.read_text(encoding='utf-8')}")


def _on_core(core: int, command: list[str]) -> list[str]:
    """Bind a command to a core, where there are two and the system can."""
    can = shutil.which("taskset") and (os.cpu_count() or 1) > 1
    return ["taskset", "-c", str(core), *command] if can else command


def stay_on_core(core: int) -> None:
    """Bind this process to a core, where there are two and the system can."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {core})
