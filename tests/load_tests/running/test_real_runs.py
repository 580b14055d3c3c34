"""Real load tests against real services: a verdict comes out right whatever happens to either side."""

import os
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from load_tests.judging.judgement import Verdict
from load_tests.report.run_report import RunReport
from tests.conftest import ROOT, RunningService, ServiceFactory
from tests.load_tests.conftest import SCENARIO, FinishedRun, StartedRun, StartRun, Stub, StubService, with_long
from tests.load_tests.processes import children_of

CLOSED = """
model: insurance_charges_model
load: {arrivals: closed, warmup: 500ms, settle: 2s, timeout: 40s, connections: reuse, invalid: 1/6, seed: 5}
stages:
  - {name: five, users: 5, each: 20/s, for: 12s, slo: {throughput: 50/s}}
  - {name: two,  users: 2, each: 20/s, for: 3s}
slo: {p95: 30s, errors: none}
scope: run
"""
HANGING = """
model: insurance_charges_model
load: {warmup: 500ms, settle: 500ms, timeout: 2s, seed: 5}
stages: [{name: first, rate: 100/s, for: 10s}]
slo: {p99: 1500ms, errors: 1%}
"""
STANDING_STILL = """
model: insurance_charges_model
load: {arrivals: closed, warmup: 500ms, settle: 2s, timeout: 1s, seed: 5}
stages: [{name: five, users: 5, each: 20/s, for: 6s}]
slo: {p99: 900ms, errors: none}
"""
CONSTANT = '{"charges": 1000.0}'
TAXI = SCENARIO.replace("insurance_charges", "taxi_fare")


@dataclass(frozen=True)
class HealthyRuns:
    """Runs that nothing happens to."""

    by_name: dict[str, FinishedRun]
    summary: Path
    """The summary of a GitHub workflow step of the one on the insurance model."""


@pytest.fixture(scope="module")
def healthy(service: RunningService, tmp_path_factory: pytest.TempPathFactory) -> HealthyRuns:
    """Give a run of each model at the same time, and then one of closed users, who ask less of a busy service."""
    summary = tmp_path_factory.mktemp("step") / "summary.md"
    summary.write_text("before\n")
    insurance, taxi, closed = (tmp_path_factory.mktemp(name) for name in ("insurance", "taxi", "closed"))
    started = {
        "insurance": StartedRun(SCENARIO, service.url, insurance, GITHUB_STEP_SUMMARY=str(summary)),
        "taxi": StartedRun(TAXI, service.url, taxi),
    }
    finished = {name: run.finish() for name, run in started.items()}
    return HealthyRuns(finished | {"closed": StartedRun(CLOSED, service.url, closed).finish()}, summary)


@pytest.mark.parametrize("name", ["insurance", "taxi", "closed"])
def test_a_healthy_service_passes(healthy: HealthyRuns, name: str) -> None:
    run = healthy.by_name[name]
    assert run.exit_code == 0, run.output
    assert run.last_line.startswith("PASS (exit 0): ")
    assert run.report.verdict is Verdict.PASS
    assert run.report.facts.service.version
    due = sum(stage.due for stage in run.report.stages)
    correct = sum(stage.correct for stage in run.report.stages)
    assert correct > 300
    assert correct >= 0.99 * due, "which its scenario does not demand"
    for file in ("report.md", "locust.html", "locust_stats.csv", "locust.log"):
        assert (run.folder / file).is_file(), file


def test_open_arrivals_are_all_offered_and_counted(healthy: HealthyRuns) -> None:
    """The same seed asks for the same requests, to the request."""
    run = healthy.by_name["insurance"]
    assert [stage.due for stage in run.report.stages] == [
        sum(stage.judged_from_s <= due_s < stage.ends_s for due_s in run.scheduled_s) for stage in run.report.stages
    ]


def test_the_summary_of_a_workflow_step_gets_the_report(healthy: HealthyRuns) -> None:
    assert healthy.summary.read_text(encoding="utf-8").startswith("before\n## PASS: scenario\n")


@dataclass(frozen=True)
class WrongRun:
    """A run on a service that does wrong."""

    finished: FinishedRun
    service: StubService


@pytest.fixture(scope="module")
def wrong(stub: Stub, tmp_path_factory: pytest.TempPathFactory) -> dict[str, WrongRun]:
    """Give runs on services that do wrong, each in a way of its own and with connections that live as long."""
    services = {
        "reuse": stub("500 Internal Server Error", "{}"),
        "1s": stub("200 OK", CONSTANT),
        "per_request": stub("307 Temporary Redirect\r\nLocation: /elsewhere", ""),
    }
    started = {
        connections: StartedRun(
            SCENARIO.replace("connections: 2s", f"connections: {connections}").replace("for: 2s", "for: 6s"),
            service.url,
            tmp_path_factory.mktemp(connections),
        )
        for connections, service in services.items()
    }
    return {connections: WrongRun(run.finish(), services[connections]) for connections, run in started.items()}


def test_instant_errors_fail(wrong: dict[str, WrongRun]) -> None:
    run = wrong["reuse"].finished
    assert run.exit_code == 1, run.output
    assert run.last_line.startswith("FAIL (exit 1): ")
    assert run.report.failures["status 500 instead of 200"] > 100


def test_redirects_are_not_followed(wrong: dict[str, WrongRun]) -> None:
    run = wrong["per_request"].finished
    assert run.exit_code == 1, run.output
    assert run.report.failures["status 307 instead of 200"] > 100


def test_a_constant_prediction_that_refuses_nothing_fails_for_both(wrong: dict[str, WrongRun]) -> None:
    """Each of the two alone is more than the 5 % that the scenario allows."""
    run = wrong["1s"].finished
    assert run.exit_code == 1, run.output
    assert set(run.report.failures) == {"a prediction that is not the model's", "status 200 instead of 422"}
    assert min(run.report.failures.values()) > 0.05 * len(run.scheduled_s)


def test_connections_live_as_long_as_the_scenario_says(wrong: dict[str, WrongRun]) -> None:
    """How many there are depends on how many requests the generator had to send at once."""
    kept, renewed = wrong["reuse"].service, wrong["1s"].service
    assert kept.count_of("longest_use_ms") > 3000, "of 12.5 s"
    assert renewed.count_of("longest_use_ms") < 2500, "a second, and for how long the machine stood still"
    assert renewed.count_of("requests_per_connection") > 1


def test_a_connection_per_request_carries_that_one_request(wrong: dict[str, WrongRun]) -> None:
    run = wrong["per_request"]
    assert run.service.count_of("connections") > len(run.finished.scheduled_s) / 2
    assert run.service.count_of("requests_per_connection") == 1


def test_a_service_that_stands_still_does_not_pass(start_run: StartRun, running_service: ServiceFactory) -> None:
    """A request that hangs ends in no event at all, and a hung service once passed for a fast one."""
    service = running_service()
    run = start_run(service.url, HANGING)
    run.wait_for("first:")
    service.process.send_signal(signal.SIGSTOP)
    finished = run.finish()
    service.process.send_signal(signal.SIGCONT)
    assert finished.exit_code in (1, 4), finished.output
    assert finished.report.stages[-1].failed["timeout"] > 0


def test_a_service_that_dies_fails(start_run: StartRun, running_service: ServiceFactory) -> None:
    service = running_service()
    run = start_run(service.url)
    run.wait_for("first:")
    service.stop(signal.SIGKILL)
    finished = run.finish()
    assert finished.exit_code == 1, finished.output
    assert finished.report.stages[-1].failed["connection"] > 0


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
    scenario = SCENARIO.replace("warmup: 500ms", "warmup: 60s")
    run = end_early(start_run(service.url, scenario), signal.SIGTERM, after="warm-up:")
    assert run.exit_code == 4, run.output
    assert "no request was sent in a judged stage" in run.report.invalid_because


@pytest.mark.parametrize(
    ("number", "scenario", "last"),
    [(signal.SIGINT, SCENARIO, "second"), (signal.SIGTERM, CLOSED, "two")],
    ids=["SIGINT-open", "SIGTERM-closed"],
)
def test_a_run_that_is_interrupted_is_invalid_and_reported(
    start_run: StartRun, service: RunningService, number: signal.Signals, scenario: str, last: str
) -> None:
    run = end_early(start_run(service.url, with_long(last, scenario)), number, after=f"{last}:")
    assert run.exit_code == 4, run.output
    assert f"stopped by {number.name}" in run.last_line
    assert run.report.stages[1].correct > 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_while_locust_starts_says_no_more_than_that(
    start_run: StartRun, service: RunningService, number: signal.Signals
) -> None:
    run = start_run(service.url)
    run.wait_for(" of load on ")
    while not children_of(run.process.pid):
        time.sleep(0.01)
    run.process.send_signal(number)
    finished = run.finish()
    assert finished.exit_code == 4, finished.output
    assert finished.last_line == "INVALID (exit 4): interrupted before there was anything to judge"
    assert "Traceback" not in finished.output


def test_a_load_generator_that_is_killed_is_invalid(start_run: StartRun, service: RunningService) -> None:
    run = start_run(service.url, with_long("first", SCENARIO))
    run.wait_for("first:")
    for child in children_of(run.process.pid):
        os.kill(child, signal.SIGKILL)
    finished = run.finish()
    assert finished.exit_code == 4, finished.output
    assert "Locust ended with SIGKILL and without a verdict" in finished.last_line


def test_a_load_generator_that_stood_still_is_invalid(start_run: StartRun, service: RunningService) -> None:
    """Closed users are due when they wake, so that only the generator itself can tell."""
    run = start_run(service.url, STANDING_STILL)
    run.wait_for("five:")
    [locust] = children_of(run.process.pid)
    os.kill(locust, signal.SIGSTOP)
    time.sleep(3.0)
    os.kill(locust, signal.SIGCONT)
    finished = run.finish()
    assert finished.exit_code == 4, finished.output
    assert any("the generator stood still for" in reason for reason in finished.report.invalid_because)


def test_what_an_interruption_kept_from_being_run_is_not_proven(service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(with_long("first", SCENARIO))
    (tmp_path / "two.yaml").write_text(SCENARIO)
    command = [sys.executable, "-m", "load_tests", "run", "one.yaml", "two.yaml", "--host", service.url]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if "first:" in line)
        process.send_signal(signal.SIGINT)
        output = process.stdout.read()
    assert process.returncode == 4, output
    assert output.rstrip("\n").split("\n")[-1] == "INVALID (exit 4): one INVALID, two not run"


def test_a_reader_who_leaves_and_a_summary_that_cannot_be_written_change_no_verdict(
    service: RunningService, tmp_path: Path
) -> None:
    (tmp_path / "one.yaml").write_text(SCENARIO)
    run = f"{shlex.quote(sys.executable)} -m load_tests run one.yaml --host {service.url} --report-folder report"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GITHUB_STEP_SUMMARY": "/nowhere/summary.md"}
    command = ["bash", "-c", f"set -o pipefail; {run} | head -n 1"]
    finished = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    report = RunReport.model_validate_json((tmp_path / "report" / "run.json").read_bytes())
    assert all(stage.generator_cpu_share > 0 for stage in report.stages if stage.judged)
    assert "could not be added to GITHUB_STEP_SUMMARY" in (tmp_path / "report" / "locust.log").read_text()


def test_reports_that_cannot_be_written_are_no_verdict_on_the_service(service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    command = [sys.executable, "-m", "load_tests", "run", "smoke", "--host", service.url]
    command += ["--report-folder", str(tmp_path / "file")]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert str(tmp_path / "file") in finished.stderr


def test_a_wrong_scenario_is_refused_before_any_load(start_run: StartRun, service: RunningService) -> None:
    run = start_run(service.url, SCENARIO.replace("warmup: 500ms", "warmup: 1")).finish()
    assert run.exit_code == 2
    assert "load.warmup: 1 is not a duration" in run.output
    assert not run.folder.exists()
