"""The calibration as a user runs it: what it measures, and what it leaves behind when it cannot."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from load_tests.calibrate import CalibrationError, measure, null_responder
from load_tests.judging.floor import read_floor, this_machine, why_no_floor
from load_tests.running.choice import choose
from tests.conftest import ROOT

PATIENCE_S = 180.0
SHORT = """
model: insurance_charges_model
scope: run
load: {arrivals: open, warmup: 500ms, settle: 500ms, timeout: 20s, in_flight: 4000, connections: reuse, golden: 0%}
stages:
  - {name: slow,  rate: 50/s,  for: 2s}
  - {name: quick, rate: 150/s, for: 2s}
slo: {p50: 1s}
"""
DIES_SOON = """
import asyncio, sys
async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(1)
async def answer(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    writer.write(b"HTTP/1.1 204 No Content\\r\\nConnection: close\\r\\n\\r\\n")
    writer.close()
asyncio.run(main())
sys.exit(7)
"""

Calibrate = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "short.yaml"
    path.write_text(SHORT, encoding="utf-8")
    return path


@pytest.fixture
def calibrate(tmp_path: Path, scenario: Path) -> Iterator[Calibrate]:
    started: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "load_tests.calibrate", str(scenario)]
        started.append(
            subprocess.Popen(
                [*command, "--output", str(tmp_path / "calibration.json")],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        )
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE_S)


def running_below(process: "subprocess.Popen[str]") -> list[int]:
    """Process ids of its children."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = (line.split() for line in listed.splitlines())
    return [int(pid) for pid, parent in pairs if int(parent) == process.pid]


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_floor_is_measured_and_read_back(calibrate: Calibrate, tmp_path: Path) -> None:
    output, _ = calibrate().communicate(timeout=PATIENCE_S)
    floor = read_floor(tmp_path / "calibration.json")
    assert floor is not None, output + why_no_floor(tmp_path / "calibration.json")
    assert floor.machine == this_machine()
    assert floor.connections == "reuse"
    assert [row.offered_rps for row in floor.rates] == [50, 150]
    for row in floor.rates:
        assert row.p50_ms is not None
        assert row.p99_ms is not None
        assert row.lateness_p99_ms is not None
        assert 0 < row.p50_ms <= row.p99_ms
        assert 0 < row.lateness_p99_ms <= row.p99_ms
        assert row.due > row.offered_rps
        assert row.failed == row.dropped == 0
        assert row.cpu_share > 0
    last = output.rstrip().splitlines()[-1]
    assert last.startswith(("One process keeps up with 150/s", "One process keeps up with 50/s", "This generator"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_calibration_that_is_stopped_leaves_nothing(
    calibrate: Calibrate, tmp_path: Path, number: signal.Signals
) -> None:
    process = calibrate()
    assert process.stdout is not None
    for line in process.stdout:
        if "slow: 50/s" in line:
            break
    children = running_below(process)
    assert len(children) == 2
    process.send_signal(number)
    output = process.stdout.read()
    assert process.wait(PATIENCE_S) == 4, output
    assert output.rstrip().splitlines()[-1].startswith("INVALID (exit 4): the calibration was stopped before its end")
    assert not (tmp_path / "calibration.json").exists()
    assert all(gone(child) for child in children)


def test_a_responder_that_ends_is_no_calibration(scenario: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", DIES_SOON]
    with pytest.raises(CalibrationError, match="the responder ended during the calibration, with 7"):
        measure(choose(str(scenario)), tmp_path / "run", responder=command)


@pytest.mark.parametrize("code", ["", "print('Address already in use')", "raise SystemExit(3)"])
def test_a_responder_that_does_not_start_is_told(scenario: Path, tmp_path: Path, code: str) -> None:
    began_s = time.monotonic()
    with pytest.raises(CalibrationError, match="the responder did not start"):
        measure(choose(str(scenario)), tmp_path / "run", responder=[sys.executable, "-c", code])
    assert time.monotonic() - began_s < PATIENCE_S


def test_the_report_of_an_earlier_run_is_not_taken_for_this_one(scenario: Path, tmp_path: Path) -> None:
    """Nothing answers at the port, so no run is begun."""
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    silent = "import sys, time; print(1, flush=True); time.sleep(60)"
    with pytest.raises(CalibrationError, match="left no report"):
        measure(choose(str(scenario)), tmp_path, responder=[sys.executable, "-c", silent])
    assert not (tmp_path / "run.json").exists()


def test_the_responder_ends_with_its_use() -> None:
    """Nobody listens there any more, even where the use was broken off."""
    ports: list[int] = []

    def interrupted() -> None:
        with null_responder() as host:
            ports.append(int(host.rpartition(":")[2]))
            socket.create_connection(("127.0.0.1", ports[0]), timeout=1).close()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", ports[0]), timeout=1)


@pytest.mark.parametrize("arguments", [["no such scenario"], ["--processes", "0"], ["--processes", "many"]])
def test_wrong_usage_ends_with_2(arguments: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "load_tests.calibrate", *arguments, "--output", str(tmp_path / "calibration.json")]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert arguments[-1] in finished.stderr
    assert "Traceback" not in finished.stderr
