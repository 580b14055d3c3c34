"""The watcher beside a load test on a cluster, as a process of its own."""

import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deployment.cluster.kubectl import Kubectl
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.request import NAMESPACE, SERVICE

RECORD = "cluster.jsonl"
_END_PATIENCE_S = 20.0


@contextmanager
def watched(kubectl: Kubectl, folder: Path) -> Iterator[Path]:
    """Watch the cluster for as long as it is needed; the path of the record, which holds a first look already.

    DeploymentError says why the cluster cannot be watched, before there is any load.
    """
    record = folder / RECORD
    record.unlink(missing_ok=True)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "load_tests.cluster", "watch"),
                *("--namespace", NAMESPACE, "--deployment", SERVICE, "--out", str(record)),
                *("--context", kubectl.context, "--kubectl", shlex.join(kubectl.program), "--with-parent"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # Ctrl-C is for the load test, whose end is still to be recorded
        )
        try:
            seen = process.stdout.readline().strip() if process.stdout else ""
            if not seen:
                process.wait(_END_PATIENCE_S)
                errors.seek(0)
                raise DeploymentError(f"the cluster cannot be watched: {errors.read().strip()}")
            say(seen)
            yield record
        finally:
            _end(process)


def _end(process: "subprocess.Popen[str]") -> None:
    """Let it take a last look; one that hangs is killed."""
    process.terminate()
    try:
        process.communicate(timeout=_END_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
