"""Runs Locust on a scenario in a process of its own and carries its verdict out, whatever becomes of that process."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from types import FrameType
from typing import TextIO

from load_tests.generator.sharing import ALONE, Sharing
from load_tests.judging.judgement import Verdict, worst
from load_tests.report import terminal
from load_tests.report.folders import report_folder
from load_tests.report.reading import ReportError, read_report
from load_tests.report.run_report import RunReport
from load_tests.running.choice import Choice
from load_tests.running.preflight import why_not_reachable, without_password
from load_tests.specification.quantities import format_duration
from load_tests.specification.timeline import timeline_of

LOCUSTFILE = Path(__file__).parents[1] / "locustfile.py"
LOG_NAME = "locust.log"


@dataclass
class Interruption:
    """Whether a signal asked for the end: no further scenario is begun then."""

    came: bool = False


@dataclass(frozen=True)
class Launcher:
    """How scenarios are run, one after the other: on which service, by whom, and where that is told."""

    host: str
    sharing: Sharing = ALONE
    """Which processes offer the load of each."""
    cluster_record: str = ""
    """What a watcher writes."""
    output: TextIO | None = None
    """Where runs tell of themselves, if not on our standard output."""
    again: str = ""
    """What repeats the runs, if not the same load on the same host."""
    interruption: Interruption = field(default_factory=Interruption)

    def run(self, choice: Choice, folder: Path) -> Verdict:
        """Offer one scenario in a process of its own; believe only a verdict that its report and exit code agree on."""
        output = self.output or sys.stdout
        lasts = format_duration(timeline_of(choice.scenario).ends_s)
        where = f"{without_password(self.host)}{choice.scenario.prediction_path}"
        output.write(f"\n{choice.scenario.name}: {lasts} of load on {where}\n")
        output.flush()
        exit_code = _run_locust(self._command(choice.argument, folder), folder / LOG_NAME, self)
        report = _read_report(folder)
        if report is None and self.interruption.came:
            return _invalid("interrupted before there was anything to judge", output)
        if report is None or report.exit_code != exit_code:
            line = _telling_line(folder / LOG_NAME)
            return _invalid(f"Locust ended with {_named(exit_code)} and without a verdict: {line}", output)
        if report.scenario_text != choice.scenario.text:
            return _invalid("the scenario file was changed while it was being run", output)
        return report.verdict

    def _command(self, scenario_argument: str, folder: Path) -> list[str]:
        return [
            *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"),
            *("--scenario", scenario_argument, "--host", self.host, "--report-folder", str(folder)),
            *("--csv", str(folder / "locust"), "--html", str(folder / "locust.html")),
            *("--logfile", str(folder / LOG_NAME)),
            *(("--cluster-record", self.cluster_record) if self.cluster_record else ()),
            *(("--again", self.again) if self.again else ()),
            *self.sharing.options,
        ]


def run_all(choices: Sequence[Choice], launcher: Launcher, folder_argument: str = "") -> int:
    """Offer scenarios one after the other; the exit code is the worst verdict's."""
    if problem := why_not_reachable(launcher.host):
        return _invalid(problem, sys.stdout).exit_code
    verdicts: list[Verdict] = []
    for number, choice in enumerate(choices, start=1):
        several = folder_argument and len(choices) > 1
        given = str(Path(folder_argument) / f"{number}-{choice.scenario.name}") if several else folder_argument
        verdicts.append(launcher.run(choice, report_folder(given, choice.scenario.name, datetime.now(UTC))))
        if launcher.interruption.came:
            break
    # What was not run is not proven.
    verdict = worst([*verdicts, Verdict.INVALID] if len(verdicts) < len(choices) else verdicts)
    if len(choices) > 1:
        each = ", ".join(
            f"{choice.scenario.name} {verdict or 'not run'}" for choice, verdict in zip_longest(choices, verdicts)
        )
        terminal.say_verdict(verdict, each, sys.stdout)
    return verdict.exit_code


def _run_locust(command: list[str], log: Path, launcher: Launcher) -> int:
    """Run Locust to its end; SIGINT and SIGTERM are passed on, and then waited for like any other end.

    What it tells of the run goes where the launcher tells of it, its own messages go to the log.
    """
    started: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        launcher.interruption.came = True
        if started:
            started[0].send_signal(number)
        else:
            early.append(number)

    with log.open("ab") as messages:
        before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            started.append(
                subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=launcher.output, stderr=messages, start_new_session=True
                )
            )
            for number in early:
                started[0].send_signal(number)
            return started[0].wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _named(exit_code: int) -> str:
    """`SIGKILL` for -9, the number for what is no signal."""
    return signal.Signals(-exit_code).name if exit_code < 0 else str(exit_code)


def _telling_line(log: Path) -> str:
    """The last line of a log that tells of an error, or its last line."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").split("\n") if line.strip()]
    telling = [line for line in lines if "error" in line.lower()] or lines or ["it said nothing"]
    return f"{telling[-1]} (all of it: {log})"


def _read_report(folder: Path) -> RunReport | None:
    try:
        return read_report(folder)
    except ReportError:
        return None


def _invalid(reason: str, output: TextIO) -> Verdict:
    terminal.say_verdict(Verdict.INVALID, reason, output)
    return Verdict.INVALID
