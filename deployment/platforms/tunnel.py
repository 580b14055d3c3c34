"""The URL that a program prints, which may live only as long as the program does."""

import os
import queue
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from deployment.errors import DeploymentError

PATIENCE_S = 60.0
_END_PATIENCE_S = 5.0


@contextmanager
def printed_url(command: Sequence[str], patience_s: float = PATIENCE_S) -> Iterator[str]:
    """Yield the first URL that a program prints.

    `minikube service --url` ends at once on Linux. With Docker on macOS and Windows it holds a tunnel open; it runs on
    beside what is done here, and is ended afterwards.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # Ctrl-C is for the load test, which then still needs the tunnel
        )
        printed: queue.Queue[str] = queue.Queue()
        reader = threading.Thread(target=_pass_on, args=(process.stdout, printed), daemon=True)
        reader.start()
        try:
            url = _first(printed, patience_s)
            if not url:
                errors.seek(0)
                said = errors.read().strip() or "it said nothing"
                raise DeploymentError(f"`{' '.join(command)}` printed no URL within {patience_s:g} s: {said}")
            yield url
            if process.poll():  # None is a tunnel that stands, 0 a program that needed none
                raise DeploymentError(
                    f"`{' '.join(command)}` ended with {process.returncode} meanwhile: what came through its tunnel "
                    "says nothing of the service"
                )
        finally:
            _end(process)
            reader.join(_END_PATIENCE_S)


def _first(printed: "queue.Queue[str]", patience_s: float) -> str:
    try:
        return printed.get(timeout=patience_s)
    except queue.Empty:
        return ""


def _pass_on(output: IO[str], printed: "queue.Queue[str]") -> None:
    with output:
        for line in output:
            if line.startswith("http"):
                printed.put(line.strip().rstrip("/"))
    printed.put("")


def _end(process: "subprocess.Popen[str]") -> None:
    """End a program and what it has started, as Ctrl-C would: minikube then ends its ssh."""
    for last in (signal.SIGINT, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, last)
        try:
            process.wait(_END_PATIENCE_S)
        except subprocess.TimeoutExpired:
            continue
        return
