"""What tests of several rooms share: the service as a real process."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import hypothesis
import pytest

# How long an example takes says how busy the machine is.
# In CI the same examples come every time, so that a change is judged by itself; at home they are new ones.
hypothesis.settings.register_profile("untimed", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("untimed")

ROOT = Path(__file__).parents[1]
DEADLINE_S = 90.0
POLL_S = 0.05
DO_NOT_COMPILE, COMPILED = "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"
HOSTILE_REQUESTS = "hostile requests"


def pytest_configure(config: pytest.Config) -> None:
    """Have what is imported compiled once for all processes, even where nothing may be left behind: there are hundreds.

    Without, half of the time that a service needs to start goes into compiling, and most of that of a training.
    """
    if os.environ.pop(DO_NOT_COMPILE, ""):
        compiled = tempfile.TemporaryDirectory(prefix="loadproof-compiled-", ignore_cleanup_errors=True)
        os.environ[COMPILED] = compiled.name
        config.add_cleanup(compiled.cleanup)


@pytest.fixture
def hostile_requests(record_property: Callable[[str, object], None]) -> Iterator[Callable[[int], None]]:
    """Give a function to count hostile requests with; the end of the test output tells their number."""
    sent = 0

    def count(more: int) -> None:
        nonlocal sent
        sent += more

    yield count
    record_property(HOSTILE_REQUESTS, sent)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how many hostile requests all tests have sent; reports bring the numbers from other processes."""
    reports = [one for outcome in ("", "passed", "failed") for one in terminalreporter.stats.get(outcome, [])]
    ended = [report for report in reports if getattr(report, "when", "") == "teardown"]
    sent = sum(number for report in ended for name, number in report.user_properties if name == HOSTILE_REQUESTS)
    if sent:
        terminalreporter.write_line(f"{sent:,} hostile requests sent, none answered with a 5xx where a test passed")


@dataclass(frozen=True)
class RunningService:
    """A `python -m service` process that is ready for requests."""

    url: str
    """``http://127.0.0.1:PORT``, no slash at the end."""
    process: subprocess.Popen[bytes]
    log_file: Path

    @property
    def port(self) -> int:
        """Port it listens on."""
        return int(self.url.rpartition(":")[2])

    @property
    def log(self) -> str:
        """Everything it has written so far."""
        return self.log_file.read_text(encoding="utf-8")

    def stop(self, stop_signal: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal, wait for the end and return the exit code; harmless when it has ended already."""
        if self.process.poll() is None:
            self.process.send_signal(stop_signal)
            try:
                self.process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()


class ServiceFactory(Protocol):
    """Starts a service with these environment variables beside the inherited ones."""

    def __call__(self, **environment: str) -> RunningService:
        """Return it once it is ready."""
        ...


def service_environment(**environment: str) -> dict[str, str]:
    """Return the environment of a service process that inherits no setting from the person who tests."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("SERVICE_") and k != "REST_CONFIG"}
    return inherited | {"SERVICE_PORT": "0"} | environment


@pytest.fixture(scope="module")
def running_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceFactory]:
    """Give a factory of services on free ports; all are stopped when the module's tests are done.

    ``running_service(REST_CONFIG="…", SERVICE_EMULATE_CPU_MS="5").url``
    """
    started: list[RunningService] = []

    def start(**environment: str) -> RunningService:
        log_file = tmp_path_factory.mktemp("service") / "log.txt"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "service"],
                cwd=ROOT,
                env=service_environment(**environment),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        started.append(RunningService("", process, log_file))
        started[-1] = RunningService(_url_when_ready(started[-1]), process, log_file)
        return started[-1]

    yield start
    for service in started:
        service.process.send_signal(signal.SIGCONT)  # a test may have stopped it with SIGSTOP
        service.stop()


def _url_when_ready(service: RunningService) -> str:
    end_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < end_s and service.process.poll() is None:
        if (found := re.search(r"http://127\.0\.0\.1:\d+", service.log)) and _is_ready(found[0]):
            return found[0]
        time.sleep(POLL_S)
    raise RuntimeError(f"the service did not become ready within {DEADLINE_S} s:\n{service.log}")


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/health/ready", timeout=1) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
