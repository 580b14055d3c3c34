"""A test that fails is done again where the machine stood still meanwhile, and nowhere else."""

import signal
import subprocess
import sys
import time

import pytest

from tests import stalls
from tests.conftest import ROOT
from tests.stalls import ATTEMPTS, Naps, again_if_disturbed

NAPPING = """
import time
from tests import stalls
stalls.MOST_LATE = 1.0
with stalls.Naps() as naps:
    while not naps._naps:
        time.sleep(0.001)
    print("napping", flush=True)
    input()
print(naps.disturbed)
"""


def test_one_stall_disturbs_however_long_there_was_none() -> None:
    command = [sys.executable, "-c", NAPPING]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "napping\n"
        process.send_signal(signal.SIGSTOP)
        time.sleep(2 * stalls.STALL_S)
        process.send_signal(signal.SIGCONT)
        said, _ = process.communicate("\n")
    assert said == "True\n"


@pytest.mark.parametrize(
    ("disturbed", "failures", "attempts", "passes"),
    [(False, 0, 1, True), (False, 1, 1, False), (True, 0, 1, True), (True, 4, 5, True), (True, 5, 5, False)],
)
def test_a_test_is_done_again_only_if_it_fails_and_was_disturbed(
    monkeypatch: pytest.MonkeyPatch, disturbed: bool, failures: int, attempts: int, passes: bool
) -> None:
    monkeypatch.setattr(Naps, "disturbed", disturbed)
    done: list[bool] = []

    @again_if_disturbed
    def attempt() -> None:
        done.append(len(done) >= failures)
        assert done[-1]

    if passes:
        attempt()
    else:
        with pytest.raises(AssertionError):
            attempt()
    assert len(done) == attempts <= ATTEMPTS
