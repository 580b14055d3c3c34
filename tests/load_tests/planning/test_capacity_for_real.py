"""The capacity of a service of a known pace, searched for with real load, and what keeps it from being found."""

import io
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from load_tests.judging.judgement import Verdict
from load_tests.planning import __main__ as command
from load_tests.planning.capacity import Capacity, read_capacity
from load_tests.planning.probe import Lengths
from load_tests.planning.progress import Progress
from load_tests.planning.search import End, Limits
from load_tests.planning.searching import LOOKS, Search
from load_tests.ports import free_port
from load_tests.running.launch import Launcher
from load_tests.specification.scenario import load
from tests.conftest import ROOT, service_environment
from tests.load_tests.planning.conftest import StartPaced
from tests.load_tests.planning.paced_service import CPU_S_PER_ANSWER, IDLE_CORES, Pace
from tests.stalls import again_if_disturbed

PATIENCE_S = 180.0
SCENARIO = """
model: insurance_charges_model
load: {arrivals: uniform, warmup: 500ms, settle: 1s, timeout: 10s, connections: reuse, golden: 0%}
stages: [{name: only, rate: 20/s, for: 10s}]
slo: {errors: 20%}
"""
SHORT = Lengths(shortest_s=2, longest_s=2, longest_confirming_s=3)
Find = Callable[..., Capacity]


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    """The command takes SIGTERM for itself."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "patient.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


@pytest.fixture
def find(scenario: Path, tmp_path: Path) -> Find:
    def search(host: str, most_probes: int, told: io.StringIO | None = None) -> Capacity:
        limits = Limits(20, 1, 2000, resolution=1.0, most_probes=most_probes)
        progress = Progress(told or io.StringIO())
        return Search(load(str(scenario)), limits, Launcher(host), tmp_path / "reports", progress, SHORT).run()

    return search


@again_if_disturbed
@pytest.mark.usefixtures("scenario")
def test_the_capacity_of_a_service_that_answers_25_a_second_is_between_20_and_40(
    find: Find, paced: StartPaced, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    told = io.StringIO()
    capacity = find(paced(Pace(25)).url, 8, told)
    assert (capacity.kept_rps, capacity.confirmed, capacity.ended) == (20, True, End.FOUND), told.getvalue()
    assert (capacity.broken_rps, capacity.broken_verdict) == (40, Verdict.FAIL)
    assert capacity.cpu_ms_per_request == pytest.approx(CPU_S_PER_ANSWER * 1000, rel=0.1)
    assert capacity.idle_cores == pytest.approx(IDLE_CORES, rel=0.1)
    assert capacity.replica().kept_rps == 20
    assert capacity.reason == "one replica of insurance_charges_model keeps errors ≤ 20 % up to 20/s (broken at 40/s)"
    lines = [line.split() for line in told.getvalue().splitlines()]
    assert [line[1] for line in lines] == [f"{probe.rate_rps:g}/s" for probe in capacity.probes], "one line a probe"
    for probe in capacity.probes:
        (file,) = Path(probe.folder).glob("*.yaml")
        assert load(str(file)).stages[0].rate == probe.rate_rps
        assert (Path(probe.folder) / "run.json").is_file()
        assert probe.cores_used is not None
        if probe.verdict is Verdict.PASS:
            assert probe.cores_used == pytest.approx(probe.rate_rps * CPU_S_PER_ANSWER + IDLE_CORES, rel=0.4)
    assert capfd.readouterr().out == "", "a probe's own output is in its folder"
    capacity.write(tmp_path / "new" / "capacity.json")
    assert read_capacity(tmp_path / "new" / "capacity.json") == capacity


def test_a_restart_during_a_probe_makes_it_invalid(find: Find, paced: StartPaced) -> None:
    capacity = find(paced(Pace(1000, restarts_after=50)).url, 1)
    assert [(probe.verdict, probe.reason) for probe in capacity.probes] == [
        (Verdict.INVALID, "the service was restarted meanwhile")
    ]
    assert capacity.kept_rps is None


def search_command(scenario: Path, host: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "load_tests.planning", "capacity", str(scenario), "--host", host, *options]


def test_two_replicas_are_refused_before_any_load(scenario: Path, paced: StartPaced, tmp_path: Path) -> None:
    service = paced(Pace(100, names=("one", "two")))
    finished = subprocess.run(
        search_command(scenario, service.url), cwd=tmp_path, env=environment(), capture_output=True, check=False
    )
    assert finished.returncode == 2
    assert "2 replicas answer" in finished.stderr.decode()
    assert "make deploy OVERLAY=single" in finished.stderr.decode()
    assert service.pace.asked == 0


@pytest.mark.parametrize(("number", "asked"), [(signal.SIGINT, 20), (signal.SIGTERM, 0)])
def test_a_search_that_is_stopped_ends_its_probe_and_writes_nothing(
    scenario: Path, paced: StartPaced, tmp_path: Path, number: signal.Signals, asked: int
) -> None:
    """In the midst of a probe, and before the first one."""
    service = paced(Pace(1000))
    process = subprocess.Popen(
        search_command(scenario, service.url), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        while service.pace.asked < asked or service.pace.looked_at < LOOKS:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        output, _ = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    assert process.returncode == 4, output
    assert output.splitlines()[-1].startswith("INVALID (exit 4): interrupted: nothing was written"), output
    runs = [path.read_text(encoding="utf-8") for path in (tmp_path / "reports").glob("*/*/run.json")]
    assert [f"stopped by {number.name}" in run for run in runs] == ([True] if asked else [])
    assert not (tmp_path / "reports" / "capacity.json").exists()


def environment() -> dict[str, str]:
    return service_environment(PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["no such scenario"], "no scenario 'no such scenario'"),
        (["smoke", "--from", "50"], "'50' is not a rate"),
        (["smoke", "--from", "0/s"], "is not a rate above 0/s"),
        (["smoke", "--resolution", "1%"], "'1%' is not from 2% to 100%"),
        (["smoke", "--from", "50/s", "--at-most", "40/s"], "--from 50/s is more than --at-most 40/s"),
        (["smoke", "--host", "nowhere"], "'nowhere' is not the address of a service"),
        (["soak", "--from", "10/s"], "search from 50.8/s or more"),
        (["smoke", "--processes", "0"], "'0' is not a number of processes"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_to_write(
    options: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        exit_code: object = command.main(["capacity", *options])
    except SystemExit as exit_of_argparse:
        exit_code = exit_of_argparse.code
    assert exit_code == 2
    assert told in capsys.readouterr().err


def test_where_nothing_answers_nothing_is_searched_for(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    host = f"http://127.0.0.1:{free_port()}"
    assert command.main(["capacity", str(scenario), "--host", host]) == 4
    assert "is not reachable" in capsys.readouterr().out.splitlines()[-1]
