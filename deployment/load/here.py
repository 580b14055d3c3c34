"""The load test as a process of its own, whose exit code is passed on."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType


def run_load_test(
    url: str, scenarios: Sequence[str], cluster_record: Path | None = None, report_folder: Path | None = None
) -> int:
    """Put the load of some scenarios on a URL; the exit code is the verdict's.

    `cluster_record` is what a watcher writes meanwhile, None where there is no cluster; `report_folder` where the
    reports go, None for a new folder.
    """
    watched = ["--cluster-record", str(cluster_record)] if cluster_record else []
    folder = ["--report-folder", str(report_folder)] if report_folder else []
    return run_module("load_tests", "run", *scenarios, "--host", url, *watched, *folder)


def run_module(*command: str) -> int:
    """Run `python -m` something that has reports to write when it is interrupted; its exit code.

    SIGTERM is passed on, Ctrl-C it gets itself.
    """
    started: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if started:
            started[0].send_signal(number)
        else:
            early.append(number)

    before = signal.signal(signal.SIGTERM, pass_on), signal.signal(signal.SIGINT, lambda *_: None)
    try:
        started.append(subprocess.Popen([sys.executable, "-m", *command]))
        for number in early:
            started[0].send_signal(number)
        return started[0].wait()
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
