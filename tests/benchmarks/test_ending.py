"""A benchmark that is told to end leaves no process of its own behind."""

import signal
import subprocess
import sys

import psutil

from tests.conftest import ROOT

PATIENCE_S = 60.0
A_RESPONDER_AND_A_RUN = """
import sys, time
from benchmarks.ending import leave_nothing_behind, running
from load_tests.calibrate import null_responder

leave_nothing_behind()
with null_responder(), running([sys.executable, "-c", "import time; time.sleep(600)"]) as run:
    print("started", flush=True)
    run.wait()
"""


def test_what_it_has_started_ends_with_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", A_RESPONDER_AND_A_RUN], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"started\n"
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) == 2
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
