"""However many processes offer the load, it is one load with one truth; and a lost one is never made up for."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from load_tests.judging.judgement import Verdict
from load_tests.ports import free_port
from load_tests.report.run_report import FILE_NAME, RunReport
from tests.conftest import ROOT, RunningService
from tests.load_tests.conftest import SCENARIO, StartRun, Stub, with_long
from tests.load_tests.processes import children_of

DEADLINE_S = 240.0
CLOSED = """
model: insurance_charges_model
load: {arrivals: closed, warmup: 500ms, settle: 2s, timeout: 40s, connections: reuse, golden: 0%, seed: 5}
stages:
  - {name: five, users: 5, each: 20/s, for: 4s}
  - {name: two,  users: 2, each: 20/s, for: 3s}
slo: {p95: 30s, errors: none}
scope: run
"""
Locust = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def locust() -> Iterator[Locust]:
    """Start plain Locust with this project's locustfile; ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: str, tree: Path = ROOT) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "locust", "-f", str(tree / "load_tests" / "locustfile.py"), *options]
        started.append(subprocess.Popen(command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_three_processes_offer_the_requests_of_one_to_the_request(start_run: StartRun, service: RunningService) -> None:
    run = start_run(service.url, SCENARIO.replace("for: 2s", "for: 4s"), "--processes", "3").finish()
    assert run.exit_code == 0, run.output
    due_s = run.scheduled_s
    assert [stage.due for stage in run.report.stages] == [
        sum(stage.judged_from_s <= at_s < stage.ends_s for at_s in due_s) for stage in run.report.stages
    ]
    assert list(run.report.seconds.due) == [
        sum(begin_s <= at_s < begin_s + 1 for at_s in due_s) for begin_s in run.report.seconds.begins_s
    ]
    assert [generator.name for generator in run.report.generators] == ["worker 1", "worker 2", "worker 3"]
    assert all(len(generator.at_s) > 2 for generator in run.report.generators)


def test_a_separate_master_and_its_workers_have_the_users_of_one_process(
    stub: Stub, locust: Locust, tmp_path: Path
) -> None:
    """Each has a connection of its own, and asks no more often than it may. No worker has the file of the scenario."""
    service = stub("200 OK", '{"charges": 1000.0}')
    (tmp_path / "closed.yaml").write_text(CLOSED)
    port = str(free_port())
    workers = [locust("--worker", "--master-port", port) for _ in range(2)]
    master = locust(
        *("--master", "--master-bind-port", port, "--expect-workers", "2", "--headless", "--host", service.url),
        *("--scenario", str(tmp_path / "closed.yaml"), "--report-folder", str(tmp_path / "together")),
    )
    output, _ = master.communicate(timeout=DEADLINE_S)
    assert master.returncode == 0, output
    together = RunReport.model_validate_json((tmp_path / "together" / FILE_NAME).read_bytes())
    assert [worker.wait(DEADLINE_S) for worker in workers] == [0, 0]
    for stage in together.stages:
        assert stage.due <= stage.offered_rps * (stage.ends_s - stage.judged_from_s)
    others = ("the master, which asks what is served", "this test, which asks for the number")
    assert service.count_of("connections") == 5 + len(others)


def test_a_lost_worker_makes_the_run_invalid_and_ends_it(start_run: StartRun, service: RunningService) -> None:
    run = start_run(service.url, with_long("first", SCENARIO), "--processes", "2")
    run.wait_for("first:")
    [master] = children_of(run.process.pid)
    worker = children_of(master)[0]
    os.kill(worker, signal.SIGKILL)
    finished = run.finish()
    assert finished.exit_code == 4, finished.output
    assert finished.report.verdict is Verdict.INVALID
    assert any("was lost, with the requests" in reason for reason in finished.report.invalid_because)
    assert finished.report.ended_after_s < 30


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_processes_of_a_run_with_its_reports(
    start_run: StartRun, service: RunningService, number: signal.Signals
) -> None:
    run = start_run(service.url, with_long("second", SCENARIO), "--processes", "2")
    run.wait_for("second:")
    [master] = children_of(run.process.pid)
    workers = children_of(master)
    run.process.send_signal(number)
    finished = run.finish()
    assert finished.exit_code == 4, finished.output
    assert f"stopped by {number.name}" in finished.last_line
    assert finished.report.stages[1].correct > 0
    deadline = time.monotonic() + DEADLINE_S
    while any(Path(f"/proc/{pid}").exists() for pid in (master, *workers)):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_worker_with_other_payloads_is_refused(service: RunningService, locust: Locust, tmp_path: Path) -> None:
    """Half the load would be another one, and nobody would see it."""
    tree = tmp_path / "elsewhere"
    for room in ("load_tests", "model"):
        shutil.copytree(ROOT / room, tree / room, ignore=shutil.ignore_patterns("__pycache__"))
    payloads = tree / "load_tests" / "payloads" / "deck.py"
    payloads.write_text(payloads.read_text(encoding="utf-8").replace("DECK_SIZE = 3000", "DECK_SIZE = 2999"))
    port = str(free_port())
    locust("--worker", "--master-port", port, tree=tree)
    master = locust(
        *("--master", "--master-bind-port", port, "--expect-workers", "1", "--headless", "--host", service.url),
        *("--scenario", "smoke", "--report-folder", str(tmp_path / "report")),
    )
    output, _ = master.communicate(timeout=DEADLINE_S)
    assert master.returncode == 4, output
    assert "makes other payloads than the master" in output
