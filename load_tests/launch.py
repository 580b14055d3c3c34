"""Runs Locust on a scenario in a process of its own and carries its verdict out, whatever becomes of that process."""

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from pydantic import ValidationError

from load_tests.preflight import why_not_reachable
from load_tests.quantities import format_duration
from load_tests.report import terminal
from load_tests.report.folders import report_folder
from load_tests.report.run_report import FILE_NAME, RunReport
from load_tests.scenario import Scenario
from load_tests.timeline import timeline_of
from load_tests.verdict import Verdict

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
LOG_NAME = "locust.log"


def run(scenario: Scenario, scenario_argument: str, host: str, folder_argument: str) -> int:
    """Offer a scenario to the service at `host`; the exit code is the verdict's."""
    if problem := why_not_reachable(host):
        return _invalid(f"{problem}. Start it (make serve), or give its address (HOST=… or --host …)")
    folder = report_folder(folder_argument, scenario.name, datetime.now(UTC))
    lasts = format_duration(timeline_of(scenario).ends_s)
    sys.stdout.write(f"{scenario.name}: {lasts} of load on {host}{scenario.prediction_path}\n")
    sys.stdout.flush()
    exit_code = _run_locust(_command(scenario_argument, host, folder), folder / LOG_NAME)
    report = _read_report(folder)
    if report is None or report.exit_code != exit_code:
        return _invalid(f"Locust ended with {exit_code} and without a verdict: see {folder / LOG_NAME}")
    return exit_code


def _command(scenario_argument: str, host: str, folder: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"),
        *("--scenario", scenario_argument, "--host", host, "--report-folder", str(folder)),
        *("--csv", str(folder / "locust"), "--html", str(folder / "locust.html")),
        *("--logfile", str(folder / LOG_NAME)),
    ]


def _run_locust(command: list[str], log: Path) -> int:
    """Run Locust to its end; SIGINT and SIGTERM are passed on, and then waited for like any other end.

    What it tells of the run goes to our standard output, its own messages go to the log.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=output, start_new_session=True)

        def pass_on(number: int, _frame: FrameType | None) -> None:
            process.send_signal(number)

        before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            return process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _read_report(folder: Path) -> RunReport | None:
    try:
        return RunReport.model_validate_json((folder / FILE_NAME).read_bytes())
    except (OSError, ValidationError):
        return None


def _invalid(reason: str) -> int:
    terminal.say_verdict(Verdict.INVALID, reason, sys.stdout)
    return Verdict.INVALID.exit_code
