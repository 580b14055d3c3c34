"""The load test as a process of its own, whose exit code is passed on."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType


def run_load_test(url: str, scenarios: Sequence[str], cluster_record: Path | None = None) -> int:
    """Put the load of some scenarios on a URL; SIGTERM is passed on, Ctrl-C it gets itself.

    `cluster_record` is what a watcher writes meanwhile, None where there is no cluster.
    """
    watched = ["--cluster-record", str(cluster_record)] if cluster_record else []
    started: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if started:
            started[0].send_signal(number)
        else:
            early.append(number)

    before = signal.signal(signal.SIGTERM, pass_on), signal.signal(signal.SIGINT, lambda *_: None)
    try:
        started.append(
            subprocess.Popen([sys.executable, "-m", "load_tests", "run", *scenarios, "--host", url, *watched])
        )
        for number in early:
            started[0].send_signal(number)
        return started[0].wait()
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
