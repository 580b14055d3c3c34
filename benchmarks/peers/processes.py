"""A peer as processes: started on one core, measured as a whole tree, and ended to the last child."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from benchmarks.cores import SERVER_CORE, bound
from benchmarks.peers.catalogue import FOLDER, ROOT, Peer
from benchmarks.peers.environments import PIPELINE, PeerError, last_line
from load_tests.ports import free_port

LONGEST_STOP_S = 15.0


class Tree:
    """A process with all its descendants, those included that have left it since they were seen."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self._log = log
        self._root = psutil.Process(process.pid)
        self._seen = {self._root}

    def members(self) -> list[psutil.Process]:
        """Return all that run."""
        with suppress(psutil.NoSuchProcess):
            self._seen.update(self._root.children(recursive=True))
        return [process for process in self._seen if process.is_running()]

    def cpu_s(self) -> float:
        """Return the CPU time of all that run and of all their children that have ended."""
        return sum(_cpu_s(process) for process in self.members())

    def memory_mb(self) -> float:
        """Return the memory of all, in millions of bytes; what they share is counted once."""
        return sum(_memory_bytes(process) for process in self.members()) / 1e6

    def require_running(self) -> None:
        """Raise `PeerError` with the last words of a peer that has ended."""
        if self.process.poll() is not None:
            raise PeerError(f"ended with {self.process.returncode}: {self.last_words()}")

    def last_words(self) -> str:
        """Return the last line a peer has printed."""
        return last_line(self._log.read_text(encoding="utf-8", errors="replace"))[:300]

    def stop(self) -> None:
        """End it as an orchestrator does, and kill what is left of it."""
        members = self.members()
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(LONGEST_STOP_S)
        _, left = psutil.wait_procs(set(members) | set(self.members()), timeout=2)
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=5)
        self.process.wait()


def _cpu_s(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return float(sum(process.cpu_times()[:4]))
    return 0.0


def _memory_bytes(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        memory = process.memory_full_info()
        return int(getattr(memory, "pss", memory.uss))
    return 0


@contextmanager
def running(name: str, peer: Peer, environment: Path) -> Iterator[Tree]:
    """Have a peer for a while, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="peer-", ignore_cleanup_errors=True) as scratch:
        log = Path(scratch) / "log"
        tree = _start(name, peer, environment, log)
        try:
            yield tree
        finally:
            tree.stop()


def _start(name: str, peer: Peer, environment: Path, log: Path) -> Tree:
    ports = {"port": free_port(), "grpc_port": free_port(), "metrics_port": free_port()}
    program, *rest = (word.format(**ports) for word in peer.command)
    settings = {variable: value.format(**ports) for variable, value in peer.environment.items()}
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = {
        "PORT": str(ports["port"]),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(FOLDER / name)]),
        "PATH": os.pathsep.join([str(environment / "bin"), inherited.get("PATH", "")]),
        "PIPELINE": str(PIPELINE),
        "TMPDIR": str(log.parent),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*bound(SERVER_CORE), str(environment / "bin" / program), *rest],
            cwd=log.parent, env=inherited | own | settings,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    return Tree(process, ports["port"], log)
