"""What happens around a Locust test: begin a run, end it well, judge it and write its reports."""

import argparse
import gc
import logging
import os
import platform
import shlex
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import gevent
from locust.env import Environment

from load_tests import scenario as scenarios
from load_tests.demands import check_provable
from load_tests.payloads.deck import make_deck
from load_tests.payloads.source import source_for
from load_tests.preflight import without_password
from load_tests.report import markdown, terminal
from load_tests.report.folders import report_folder
from load_tests.report.run_report import RunFacts, RunReport, ServiceReport, report_of
from load_tests.run import LoadRun
from load_tests.scenario_errors import ScenarioError
from load_tests.service_facts import describe_service
from load_tests.users import LoadUser
from load_tests.verdict import Verdict, judge
from load_tests.watch import watch

logger = logging.getLogger(__name__)

STOP_SLACK_S = 1.0
LONGEST_DESCRIPTION_S = 3.0


@dataclass(frozen=True)
class _UnderWay:
    """A run between its beginning and its verdict."""

    run: LoadRun
    facts: RunFacts
    folder: Path
    watching: "gevent.Greenlet[..., None]"


class LoadSession:
    """Binds runs to a Locust process: one at a time, each with its own reports.

    The process's exit code starts as INVALID and becomes the verdict's when there is one, so that no unforeseen end
    passes for a success.
    """

    def __init__(self, environment: Environment, options: argparse.Namespace) -> None:
        self._environment = environment
        self._options = options
        self._under_way: _UnderWay | None = None
        self._last: tuple[RunReport, Path] | None = None
        environment.process_exit_code = Verdict.INVALID.exit_code
        self._new_run()

    def _new_run(self) -> LoadRun:
        """Read the scenario and make its payloads; ScenarioError if it cannot be run."""
        scenario = scenarios.load(self._options.scenario)
        check_provable(scenario)
        deck = make_deck(source_for(scenario.model), scenario.load)
        return LoadRun(scenario, deck)

    def begin(self) -> LoadRun | None:
        """Start a run, and its clock; None if the scenario, chosen anew in the web page, cannot be run."""
        started_at = datetime.now(UTC)
        try:
            run = self._new_run()
        except ScenarioError as error:
            logger.error(error)
            return None
        facts = self._facts_of(run, started_at)
        folder = report_folder(self._options.report_folder, run.scenario.name, started_at)
        self._environment.stop_timeout = run.patience_s + STOP_SLACK_S
        LoadUser.load_run = run
        _spare_garbage_collector()
        run.start()
        self._under_way = _UnderWay(run, facts, folder, gevent.spawn(watch, run, sys.stdout))
        return run

    def _facts_of(self, run: LoadRun, started_at: datetime) -> RunFacts:
        host = self._environment.host or ""
        shown_host = without_password(host)
        service = ServiceReport()
        with gevent.Timeout(LONGEST_DESCRIPTION_S, False):  # type: ignore[arg-type]
            service = describe_service(host, run.scenario.model)
        return RunFacts(
            target=shown_host + run.scenario.prediction_path,
            started_at=started_at,
            command=f"python -m load_tests run {shlex.quote(self._options.scenario)} --host {shlex.quote(shown_host)}",
            service=service,
            versions={"python": platform.python_version(), "locust": version("locust")},
        )

    def stop_offering(self) -> None:
        """Offer nothing more: the test is being stopped, at its end or early."""
        if self._under_way is not None:
            self._under_way.run.stop_offering()

    def stop_by_signal(self, number: int) -> None:
        """End a run that a signal interrupts like any other, but remember it; a second signal ends it at once."""
        if self._under_way is not None:
            run = self._under_way.run
            if run.stopped_by:
                os._exit(Verdict.INVALID.exit_code)
            run.stopped_by = signal.Signals(number).name
            run.stop_offering()
        if self._environment.runner is not None:
            gevent.spawn(self._environment.runner.quit)

    def note_error(self, error: BaseException) -> None:
        """Remember an error of the load generator itself."""
        if self._under_way is not None:
            self._under_way.run.generator_errors.append(repr(error))

    def conclude(self) -> None:
        """Judge the run and write its reports, once."""
        under_way, self._under_way = self._under_way, None
        if under_way is None:
            return
        under_way.watching.kill()
        run = under_way.run
        measurement = run.measurement()
        verdict = judge(run.scenario, measurement)
        report = report_of(run.scenario, measurement, verdict, dict(run.recorder.log.details), under_way.facts)
        report.write(under_way.folder)
        self._last = report, under_way.folder
        self._environment.process_exit_code = report.exit_code
        _write_markdown(report, under_way.folder)
        # Locust's web page shows its log, and this is where the verdict is seen there.
        logger.info("%s (exit %d): %s; reports: %s", report.verdict, report.exit_code, report.reason, under_way.folder)

    def show(self) -> None:
        """Show the last run's report in the terminal."""
        if self._last is not None:
            report, folder = self._last
            terminal.show(report, str(folder), sys.stdout)


def _spare_garbage_collector() -> None:
    """Take all that exists now out of later collections, each of which would stop the generator for 0.1 s."""
    gc.collect()
    gc.freeze()


def _write_markdown(report: RunReport, folder: Path) -> None:
    """Write the Markdown report, and append it to the summary of a GitHub workflow step if there is one."""
    text = markdown.render(report)
    (folder / markdown.FILE_NAME).write_text(text, encoding="utf-8")
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            logger.warning("the report could not be added to GITHUB_STEP_SUMMARY: %s", error)
