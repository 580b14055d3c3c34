"""Real load tests against real services: a verdict comes out right whatever happens to either side."""

import os
import random
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from load_tests.arrivals import poisson_arrivals
from load_tests.judgement import Verdict
from load_tests.report.run_report import RunReport
from load_tests.scenario import load
from load_tests.timeline import Timeline, timeline_of
from tests.conftest import ROOT, RunningService, ServiceFactory
from tests.load_tests.conftest import SCENARIO, FinishedRun, StartedRun, StartRun

CLOSED = """
model: insurance_charges_model
load: {arrivals: closed, warmup: 1s, settle: 2s, timeout: 1s, connections: reuse, invalid: 1/6, seed: 5}
stages:
  - {name: five, users: 5, each: 20/s, for: 7s, slo: {throughput: 100/s}}
  - {name: two,  users: 2, each: 20/s, for: 5s}
slo: {p99: 900ms, errors: none}
scope: run
"""
CONSTANT = '{"charges": 1000.0}'
TAXI = SCENARIO.replace("insurance_charges", "taxi_fare")


@pytest.fixture(scope="module")
def service(running_service: ServiceFactory) -> RunningService:
    return running_service()


def schedule_of(run: FinishedRun) -> tuple[Timeline, list[float]]:
    scenario = load(str(run.folder.with_name("scenario.yaml")))
    timeline = timeline_of(scenario)
    return timeline, list(poisson_arrivals(timeline, random.Random(scenario.load.seed)))


def children_of(process: "subprocess.Popen[bytes]") -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(child) for child in children.split()]


@pytest.mark.parametrize("scenario", [SCENARIO, TAXI, CLOSED], ids=["insurance", "taxi", "closed"])
def test_a_healthy_service_passes(start_run: StartRun, service: RunningService, scenario: str) -> None:
    run = start_run(service.url, scenario).finish()
    assert run.exit_code == 0, run.output
    assert run.last_line.startswith("PASS (exit 0): ")
    assert run.report.verdict is Verdict.PASS
    assert run.report.facts.service.version
    assert sum(stage.correct for stage in run.report.stages) > 300
    for name in ("report.md", "locust.html", "locust_stats.csv", "locust.log"):
        assert (run.folder / name).is_file(), name


def test_open_arrivals_are_all_offered_and_counted(start_run: StartRun, service: RunningService) -> None:
    """The same seed asks for the same requests, to the request."""
    run = start_run(service.url).finish()
    timeline, arrivals = schedule_of(run)
    assert [stage.due for stage in run.report.stages] == [
        sum(window.judged_from_s <= due_s < window.ends_s for due_s in arrivals) for window in timeline.windows
    ]


def test_a_service_stopped_in_the_middle_does_not_pass(start_run: StartRun, running_service: ServiceFactory) -> None:
    """A request that hangs ends in no event at all, and a hung service once passed for a fast one."""
    service = running_service()
    run = start_run(service.url)
    run.wait_for("second:")
    service.process.send_signal(signal.SIGSTOP)
    finished = run.finish()
    service.process.send_signal(signal.SIGCONT)
    assert finished.exit_code in (1, 4), finished.output
    assert finished.report.stages[-1].failed["timeout"] > 0


def test_a_service_that_dies_in_the_middle_fails(start_run: StartRun, running_service: ServiceFactory) -> None:
    service = running_service()
    run = start_run(service.url)
    run.wait_for("second:")
    service.stop(signal.SIGKILL)
    finished = run.finish()
    assert finished.exit_code == 1, finished.output
    assert finished.report.stages[-1].failed["connection"] > 0


def test_instant_errors_fail(start_run: StartRun, stub_service: Callable[[str, str], str]) -> None:
    run = start_run(stub_service("500 Internal Server Error", "{}")).finish()
    assert run.exit_code == 1, run.output
    assert run.last_line.startswith("FAIL (exit 1): ")
    assert run.report.failures["status 500 instead of 200"] > 100


def test_a_constant_wrong_prediction_fails(start_run: StartRun, stub_service: Callable[[str, str], str]) -> None:
    run = start_run(stub_service("200 OK", CONSTANT), SCENARIO.replace("invalid: 1/6, ", "")).finish()
    assert run.exit_code == 1, run.output
    assert set(run.report.failures) == {"a prediction that is not the model's"}


def test_a_service_that_refuses_nothing_fails(start_run: StartRun, stub_service: Callable[[str, str], str]) -> None:
    scenario = SCENARIO.replace("golden: 1/10", "golden: 0%")
    run = start_run(stub_service("200 OK", CONSTANT), scenario).finish()
    assert run.exit_code == 1, run.output
    assert set(run.report.failures) == {"status 200 instead of 422"}


def test_a_service_that_is_not_there_is_invalid_and_says_what_to_do(start_run: StartRun) -> None:
    run = start_run("http://127.0.0.1:9").finish()
    assert run.exit_code == 4
    assert run.last_line.startswith("INVALID (exit 4): http://127.0.0.1:9 is not reachable")
    assert "make serve" in run.last_line


def end_early(run: StartedRun, number: signal.Signals, after: str) -> FinishedRun:
    run.wait_for(after)
    run.process.send_signal(number)
    return run.finish()


def test_a_run_that_measured_nothing_is_invalid(start_run: StartRun, service: RunningService) -> None:
    run = end_early(start_run(service.url), signal.SIGTERM, after="warm-up:")
    assert run.exit_code == 4, run.output
    assert "no request was sent in a judged stage" in run.report.invalid_because


@pytest.mark.parametrize("scenario", [SCENARIO, CLOSED], ids=["open", "closed"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_is_invalid_and_reported(
    start_run: StartRun, service: RunningService, number: signal.Signals, scenario: str
) -> None:
    after = "two:" if scenario is CLOSED else "second:"
    run = end_early(start_run(service.url, scenario), number, after)
    assert run.exit_code == 4, run.output
    assert f"stopped by {number.name}" in run.last_line
    assert run.report.stages[1].correct > 0


def test_a_load_generator_that_is_killed_is_invalid(start_run: StartRun, service: RunningService) -> None:
    run = start_run(service.url)
    run.wait_for("first:")
    for child in children_of(run.process):
        os.kill(child, signal.SIGKILL)
    finished = run.finish()
    assert finished.exit_code == 4, finished.output
    assert "Locust ended with SIGKILL and without a verdict" in finished.last_line


def test_a_load_generator_that_stood_still_is_invalid(start_run: StartRun, service: RunningService) -> None:
    """Closed users are due when they wake, so that only the generator itself can tell."""
    run = start_run(service.url, CLOSED)
    run.wait_for("five:")
    [locust] = children_of(run.process)
    os.kill(locust, signal.SIGSTOP)
    time.sleep(3.0)
    os.kill(locust, signal.SIGCONT)
    finished = run.finish()
    assert finished.exit_code == 4, finished.output
    assert any("the generator stood still for" in reason for reason in finished.report.invalid_because)


def test_redirects_are_not_followed(start_run: StartRun, stub_service: Callable[[str, str], str]) -> None:
    run = start_run(stub_service("307 Temporary Redirect\r\nLocation: /elsewhere", "")).finish()
    assert run.exit_code == 1, run.output
    assert run.report.failures["status 307 instead of 200"] > 100


def test_what_an_interruption_kept_from_being_run_is_not_proven(service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(SCENARIO)
    (tmp_path / "two.yaml").write_text(SCENARIO)
    command = [sys.executable, "-m", "load_tests", "run", "one.yaml", "two.yaml", "--host", service.url]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if "second:" in line)
        process.send_signal(signal.SIGINT)
        output = process.stdout.read()
    assert process.returncode == 4, output
    assert output.rstrip("\n").split("\n")[-1] == "INVALID (exit 4): one INVALID, two not run"


def test_a_reader_who_leaves_does_not_change_the_verdict(service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(SCENARIO)
    run = f"{shlex.quote(sys.executable)} -m load_tests run one.yaml --host {service.url} --report-folder report"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = ["bash", "-c", f"set -o pipefail; {run} | head -n 1"]
    finished = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    report = RunReport.model_validate_json((tmp_path / "report" / "run.json").read_bytes())
    assert all(stage.generator_cpu_share > 0 for stage in report.stages if stage.judged)


def test_reports_that_cannot_be_written_are_no_verdict_on_the_service(service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    command = [sys.executable, "-m", "load_tests", "run", "smoke", "--host", service.url]
    command += ["--report-folder", str(tmp_path / "file")]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert str(tmp_path / "file") in finished.stderr


def test_a_wrong_scenario_is_refused_before_any_load(start_run: StartRun, service: RunningService) -> None:
    run = start_run(service.url, SCENARIO.replace("warmup: 1s", "warmup: 1")).finish()
    assert run.exit_code == 2
    assert "load.warmup: 1 is not a duration" in run.output
    assert not run.folder.exists()


def test_the_summary_of_a_workflow_step_gets_the_report(
    start_run: StartRun, service: RunningService, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    start_run(service.url, GITHUB_STEP_SUMMARY=str(summary)).finish()
    assert summary.read_text(encoding="utf-8").startswith("before\n## PASS: scenario\n")


def test_a_summary_that_cannot_be_written_changes_no_verdict(start_run: StartRun, service: RunningService) -> None:
    run = start_run(service.url, GITHUB_STEP_SUMMARY="/nowhere/summary.md").finish()
    assert run.exit_code == 0, run.output


@pytest.mark.parametrize(("connections", "fewest", "most"), [("reuse", 1, 60), ("1s", 61, 400)])
def test_connections_live_as_long_as_the_scenario_says(
    start_run: StartRun, stub_service: Callable[[str, str], str], connections: str, fewest: int, most: int
) -> None:
    host = stub_service("200 OK", CONSTANT)
    start_run(host, SCENARIO.replace("connections: 2s", f"connections: {connections}")).finish()
    assert fewest <= number_from(host, "connections") <= most


def test_a_connection_per_request_carries_that_one_request(
    start_run: StartRun, stub_service: Callable[[str, str], str]
) -> None:
    host = stub_service("200 OK", CONSTANT)
    start_run(host, SCENARIO.replace("connections: 2s", "connections: per_request")).finish()
    assert number_from(host, "connections") > 500
    assert number_from(host, "requests_per_connection") == 1


def number_from(host: str, name: str) -> int:
    with urllib.request.urlopen(f"{host}/{name}") as answer:  # noqa: S310
        return int(answer.read())
