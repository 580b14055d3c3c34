"""A measurement that is told to end takes along what it has started."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def leave_nothing_behind() -> None:
    """Let SIGTERM unwind the stack as Ctrl-C does: whoever has started a process ends it there."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


@contextmanager
def running(command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a process that ends with this block at the latest."""
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait()
