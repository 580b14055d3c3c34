"""The demo: serve both models from this working copy, put the default loads on them and say what came of it."""

import argparse
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from load_tests.judging.judgement import USAGE_ERROR
from load_tests.ports import free_port
from load_tests.report import terminal
from load_tests.report.folders import made
from load_tests.running.choice import choose
from load_tests.running.launch import Launcher, run_all
from load_tests.specification.errors import ScenarioError

SCENARIOS = ("staged", "taxi")
LOG = Path("reports") / "demo-service.log"
START_PATIENCE_S = 90.0
STOP_PATIENCE_S = 15.0


class ServiceNotStartedError(RuntimeError):
    """The service ended, or did not become ready in time."""


def main() -> int:
    """Run the demo; the exit code is the worst verdict's."""
    terminal.survive_any_encoding()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the service is stopped as well
    try:
        choices = [choose(name) for name in SCENARIOS]
        with local_service() as host:
            exit_code = run_all(choices, Launcher(host, again="make demo"))
    except (ServiceNotStartedError, ScenarioError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return USAGE_ERROR
    except KeyboardInterrupt:
        return 130
    return exit_code


@contextmanager
def local_service() -> Iterator[str]:
    """Serve the models on a free port of this machine; yields the base URL."""
    host = f"http://127.0.0.1:{free_port()}"
    made(LOG.parent)
    sys.stdout.write(f"starting the service on {host}, its log is {LOG}\n")
    sys.stdout.flush()
    environment = {**os.environ, "SERVICE_HOST": "127.0.0.1", "SERVICE_PORT": host.rpartition(":")[2]}
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, host)
        yield host
    finally:
        process.terminate()
        try:
            process.wait(STOP_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_until_ready(process: "subprocess.Popen[bytes]", host: str) -> None:
    deadline = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServiceNotStartedError(f"the service ended with {process.returncode}:\n{LOG.read_text()}")
        try:
            with urllib.request.urlopen(f"{host}/api/health/ready", timeout=1):  # noqa: S310
                return
        except OSError:
            time.sleep(0.1)
    raise ServiceNotStartedError(f"the service was not ready within {START_PATIENCE_S:g} s: see {LOG}")


if __name__ == "__main__":
    argparse.ArgumentParser("python -m load_tests.demo", description=__doc__).parse_args()
    sys.exit(main())
