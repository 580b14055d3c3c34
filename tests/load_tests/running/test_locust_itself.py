"""The suite stays ordinary Locust, and the service takes the ordinary load test of somebody else."""

import csv
import json
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from load_tests.judging.judgement import Verdict
from load_tests.ports import free_port
from load_tests.report.run_report import FILE_NAME, RunReport
from tests.conftest import ROOT, RunningService
from tests.load_tests.conftest import SCENARIO, with_long
from tests.load_tests.processes import wait_until_told

DEADLINE_S = 180.0
LOCUSTFILE = ROOT / "load_tests" / "locustfile.py"


def locust(*options: str) -> list[str]:
    return [sys.executable, "-m", "locust", *options]


def test_an_independent_load_test_runs_without_a_change_and_without_an_error(
    service: RunningService, tmp_path: Path
) -> None:
    """Its `--run-time` would count what starting takes as well, which is seconds on a busy machine."""
    locustfile = Path(__file__).with_name("independent_locustfile.py")
    command = locust("-f", str(locustfile), "--headless", "-u", "30", "-r", "30", "--host", service.url)
    output = tmp_path / "output.txt"
    with output.open("wb") as log:
        process = subprocess.Popen([*command, "--csv", str(tmp_path / "run")], stdout=log, stderr=log)
    wait_until_told(process, output, "All users spawned")
    time.sleep(8.0)
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE_S) == 0, output.read_text(encoding="utf-8")
    with (tmp_path / "run_stats.csv").open() as file:
        [*_, total] = csv.DictReader(file)
    assert int(total["Request Count"]) >= 60
    assert int(total["Failure Count"]) == 0


def test_plain_locust_gives_the_verdict_as_its_exit_code(service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    options = ("-f", str(LOCUSTFILE), "--headless", "--host", service.url)
    own = ("--scenario", "scenario.yaml", "--report-folder", str(tmp_path / "report"))
    finished = subprocess.run(locust(*options, *own), capture_output=True, text=True, check=False, cwd=tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.rstrip("\n").split("\n")[-1].startswith("PASS (exit 0): ")
    assert (tmp_path / "report" / FILE_NAME).is_file()


@pytest.mark.parametrize("scenario", ["nothing", "wrong"])
def test_plain_locust_refuses_a_wrong_scenario_with_the_usage_exit_code(scenario: str, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("model: 1")
    options = ("-f", str(LOCUSTFILE), "--headless", "--host", "http://127.0.0.1:9", "--scenario", scenario)
    finished = subprocess.run(locust(*options), capture_output=True, text=True, check=False, cwd=tmp_path)
    assert finished.returncode == 2
    assert re.search("no scenario 'nothing'|model: 1", finished.stderr)


def test_a_run_that_is_ended_by_run_time_says_at_which_stage(service: RunningService, tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(with_long("first", SCENARIO))
    options = ("-f", str(LOCUSTFILE), "--headless", "--host", service.url, "--run-time", "8s")
    own = ("--scenario", "scenario.yaml", "--report-folder", str(tmp_path / "report"))
    finished = subprocess.run(locust(*options, *own), capture_output=True, text=True, check=False, cwd=tmp_path)
    assert finished.returncode == 4, finished.stderr
    report = RunReport.model_validate_json((tmp_path / "report" / FILE_NAME).read_bytes())
    assert report.reason.startswith("the run was stopped by --run-time after ")
    assert "in stage first" in report.reason
    assert report.stages[1].correct > 0


@pytest.fixture
def web_page(service: RunningService, tmp_path: Path) -> Iterator[str]:
    """Locust's web page with a scenario as its default, which it reads when a test is started; its base URL."""
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    port = free_port()
    options = ("-f", str(LOCUSTFILE), "--host", service.url, "--web-host", "127.0.0.1")
    own = ("--web-port", str(port), "--scenario", "scenario.yaml", "--report-folder", str(tmp_path / "report"))
    with (tmp_path / "locust.log").open("wb") as log:
        process = subprocess.Popen(
            locust(*options, *own), cwd=tmp_path, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(DEADLINE_S)


def ask(url: str, form: dict[str, str] | None = None) -> str:
    """Answer of a URL once it answers; the page is not there at once."""
    data = urllib.parse.urlencode(form).encode() if form else None
    deadline = time.monotonic() + DEADLINE_S
    while True:
        try:
            with urllib.request.urlopen(url, data) as answer:  # noqa: S310
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def wait_for(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def wait_for_report(folder: Path) -> RunReport:
    wait_for((folder / FILE_NAME).is_file)
    return RunReport.model_validate_json((folder / FILE_NAME).read_bytes())


def test_a_test_started_on_the_web_page_follows_the_scenario_and_is_judged(web_page: str, tmp_path: Path) -> None:
    assert "scenario" in ask(web_page)
    started = json.loads(ask(f"{web_page}/swarm", {"user_count": "1", "spawn_rate": "1"}))
    assert started["success"], started
    report = wait_for_report(tmp_path / "report")
    assert report.verdict is Verdict.PASS
    assert [stage.name for stage in report.stages] == ["warm-up", "first", "second"]
    wait_for(lambda: "PASS (exit 0): 6 of 6 objectives kept" in ask(f"{web_page}/logs"))
    wait_for(lambda: "\nPASS (exit 0): " in (tmp_path / "locust.log").read_text(encoding="utf-8"))


def test_the_page_is_told_of_a_run_from_start_to_verdict_for_it_asks_no_more_of_one_that_is_over(web_page: str) -> None:
    ask(f"{web_page}/swarm", {"user_count": "1", "spawn_rate": "1"})
    told = list(what_the_page_is_told(web_page))
    assert {state for state, _ in told[:-1]} <= {"running", "spawning"}
    seen = list(dict.fromkeys(stage for _, stage in told))
    assert [stage for stage in ("to\xa0come", "running", "over", "final") if stage in seen] == seen
    assert "running" in seen


def what_the_page_is_told(web_page: str) -> Iterator[tuple[str, str]]:
    """Locust's state and that of the whole run, again and again until its verdict is final."""
    deadline = time.monotonic() + DEADLINE_S
    seen = ""
    while seen != "final":
        assert time.monotonic() < deadline
        answer = json.loads(ask(f"{web_page}/stats/requests"))
        seen = answer["extended_stats"][0]["data"][0]["state"]
        yield answer["state"], seen
        time.sleep(0.002)


def test_a_test_stopped_on_the_web_page_is_invalid_and_says_at_which_stage(web_page: str, tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(with_long("first", SCENARIO))
    ask(f"{web_page}/swarm", {"user_count": "1", "spawn_rate": "1"})
    wait_for(lambda: "first:" in (tmp_path / "locust.log").read_text(encoding="utf-8"))
    ask(f"{web_page}/stop", {"stop": "now"})
    report = wait_for_report(tmp_path / "report")
    assert report.verdict is Verdict.INVALID
    assert report.reason.startswith("the run was stopped by the web page's Stop after ")
    assert "in stage first" in report.reason
