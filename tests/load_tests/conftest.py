"""Real load tests for tests: `python -m load_tests run` as a user would type it, and what they are put on."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from load_tests.report.run_report import FILE_NAME, RunReport
from load_tests.specification.arrivals import open_arrivals
from load_tests.specification.scenario import load
from load_tests.specification.timeline import timeline_of
from tests.conftest import ROOT, RunningService, ServiceFactory
from tests.load_tests.plain_locust import PlainRun, StartPlain
from tests.load_tests.processes import LONGEST_RUN_S, wait_until_told

PATIENCE_S = 60.0
SCENARIO = """
model: insurance_charges_model
load: {warmup: 500ms, settle: 500ms, timeout: 40s, connections: 2s, invalid: 1/6, golden: 1/8, in_flight: 8000, seed: 5}
stages:
  - {name: first,  rate: 100/s, for: 2s}
  - {name: second, rate: 150/s, for: 2s}
slo: {p95: 30s, errors: 5%, throughput: 95%}
"""
"""Short, and so patient that a machine that stands still for a second or two gives it no other verdict."""


def with_long(stage: str, scenario: str) -> str:
    """Make a stage last so long that a test does to it whatever it wants, however busy the machine."""
    before, name, after = scenario.partition(f"name: {stage},")
    lasts, rest = after.split("for: ", maxsplit=1)
    return f"{before}{name}{lasts}for: 60{rest[1:]}"


@dataclass(frozen=True)
class FinishedRun:
    """What a load test left behind."""

    exit_code: int
    output: str
    folder: Path

    @property
    def last_line(self) -> str:
        """Of its standard output."""
        return self.output.rstrip("\n").split("\n")[-1]

    @property
    def report(self) -> RunReport:
        """Its `run.json`."""
        return RunReport.model_validate_json((self.folder / FILE_NAME).read_bytes())

    @property
    def scheduled_s(self) -> list[float]:
        """When each of its requests was due, if it is an open one; seconds since it began."""
        scenario = load(str(self.folder.with_name("scenario.yaml")))
        return list(open_arrivals(scenario, timeline_of(scenario)))


class StartedRun:
    """A load test under way; its report and what it was started with are in the folder."""

    def __init__(self, scenario: str, host: str, folder: Path, *options: str, **environment: str) -> None:
        self.folder = folder / "report"
        path = folder / "scenario.yaml"
        path.write_text(scenario, encoding="utf-8")
        self._output = folder / "output.txt"
        command = [sys.executable, "-m", "load_tests", "run", str(path), "--host", host]
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "--report-folder", str(self.folder), *options],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
            )

    def wait_for(self, text: str) -> None:
        """Wait until the run has told `text` of itself."""
        wait_until_told(self.process, self._output, text)

    def finish(self) -> FinishedRun:
        """Wait for the end."""
        exit_code = self.process.wait(LONGEST_RUN_S)
        return FinishedRun(exit_code, self._output.read_text(encoding="utf-8"), self.folder)


StartRun = Callable[..., StartedRun]


@pytest.fixture(scope="module")
def service(running_service: ServiceFactory) -> RunningService:
    """Give one healthy service to all tests of a module. It is patient: refusals are tested elsewhere."""
    return running_service(SERVICE_MAX_WAIT_MS="25000")


@pytest.fixture
def start_run(tmp_path: Path) -> Iterator[StartRun]:
    """Start `python -m load_tests run` with a scenario's text on a host, and with options; ended after the test.

    The first run's files are in `tmp_path`, those of further ones in folders of it.
    """
    started: list[StartedRun] = []

    def start(host: str, scenario: str = SCENARIO, *options: str, **environment: str) -> StartedRun:
        folder = tmp_path / f"run {len(started) + 1}" if started else tmp_path
        folder.mkdir(exist_ok=True)
        started.append(StartedRun(scenario, host, folder, *options, **environment))
        return started[-1]

    yield start
    for run in started:
        if run.process.poll() is None:
            run.process.send_signal(signal.SIGTERM)
            run.process.wait(LONGEST_RUN_S)


@pytest.fixture
def start_plain(tmp_path: Path) -> Iterator[StartPlain]:
    """Start plain Locust with a load test of `naive/` on a host, and with options; killed after the test."""
    started: list[PlainRun] = []

    def start(name: str, host: str, *options: str) -> PlainRun:
        folder = tmp_path / f"plain {len(started) + 1}"
        folder.mkdir()
        started.append(PlainRun(name, host, folder, *options))
        return started[-1]

    yield start
    for run in started:
        run.process.kill()
        run.process.wait()


class StubService:
    """A `stub_service.py` process, which answers everything with one status and body."""

    def __init__(self, status: str, body: str) -> None:
        command = [sys.executable, str(Path(__file__).with_name("stub_service.py")), status, body]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"

    def count_of(self, name: str) -> int:
        """What it has counted: `connections`, `requests_per_connection`."""
        with urllib.request.urlopen(f"{self.url}/{name}") as answer:  # noqa: S310
            return int(answer.read())


Stub = Callable[[str, str], StubService]


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    """Start services that do wrong; killed after the module's tests."""
    started: list[StubService] = []

    def start(status: str, body: str) -> StubService:
        started.append(StubService(status, body))
        return started[-1]

    yield start
    for service in started:
        service.process.kill()
        service.process.communicate()


class RunningResponder:
    """A `python -m load_tests.null_responder` process."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "load_tests.null_responder", *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        """Open a connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)

    def stop(self) -> int:
        """End it as an orchestrator would; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode


Respond = Callable[..., RunningResponder]


@pytest.fixture
def respond() -> Iterator[Respond]:
    """Start `python -m load_tests.null_responder`; ended after the test, even if it was stopped with SIGSTOP."""
    started: list[RunningResponder] = []

    def start(*arguments: str) -> RunningResponder:
        started.append(RunningResponder(*arguments))
        return started[-1]

    yield start
    for responder in started:
        if responder.process.poll() is None:
            responder.process.send_signal(signal.SIGCONT)
            responder.stop()
