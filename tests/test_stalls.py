"""A measurement during which the machine stood still is made again; one that is merely bad is not."""

import os
import signal
import subprocess
import sys
import time
from itertools import count

import pytest

from tests import stalls
from tests.conftest import ROOT
from tests.stalls import TRIES, again_if_disturbed, least, undisturbed

MEASURE = """
from tests.stalls import undisturbed

def measure():
    print("measuring", flush=True)
    input()

undisturbed(measure, stall_s=1.0)
print("done", flush=True)
"""


@pytest.mark.parametrize(
    ("measured", "found", "left"), [([5, 9, 9], 5, 2), ([9, 5, 9], 5, 1), ([9, 8, 7], 7, 0), ([8, 7, 9], 7, 0)]
)
def test_the_first_that_is_good_enough_is_taken_else_the_least(measured: list[float], found: float, left: int) -> None:
    rest = iter(measured)
    assert least(lambda: next(rest), enough=5) == found
    assert len(list(rest)) == left


def test_what_was_not_disturbed_is_measured_once() -> None:
    numbers = count()
    assert undisturbed(lambda: next(numbers), stall_s=60.0) == 0
    assert next(numbers) == 1


def test_a_process_that_was_stopped_meanwhile_measures_again() -> None:
    command = [sys.executable, "-c", MEASURE]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(TRIES - 1):
            assert process.stdout.readline() == "measuring\n"
            os.kill(process.pid, signal.SIGSTOP)
            time.sleep(1.2)
            os.kill(process.pid, signal.SIGCONT)
            process.stdin.write("\n")
            process.stdin.flush()
        assert process.stdout.readline() == "measuring\n"
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "done\n"


@pytest.mark.parametrize(("shortest_stall_s", "times"), [(0.0, TRIES), (60.0, 1)], ids=["disturbed", "not disturbed"])
def test_a_test_that_fails_is_done_again_only_if_it_was_disturbed(
    monkeypatch: pytest.MonkeyPatch, shortest_stall_s: float, times: int
) -> None:
    monkeypatch.setattr(stalls, "SHORTEST_STALL_S", shortest_stall_s)
    done = count(1)

    @again_if_disturbed
    def fails() -> None:
        raise AssertionError(next(done))

    with pytest.raises(AssertionError, match=f"^{times}$"):
        fails()


def test_a_test_that_passes_is_done_once() -> None:
    done: list[int] = []

    @again_if_disturbed
    def passes() -> None:
        done.append(1)

    passes()
    assert done == [1]
