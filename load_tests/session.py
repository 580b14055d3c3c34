"""What happens around a Locust test: begin a run, end it well, judge it and write its reports."""

import argparse
import gc
import logging
import os
import platform
import shlex
import signal
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import gevent
from locust.env import Environment

from load_tests import scenario as scenarios
from load_tests.demands import check_provable
from load_tests.payloads.deck import make_deck
from load_tests.payloads.source import source_for
from load_tests.report import markdown, terminal
from load_tests.report.folders import report_folder
from load_tests.report.run_report import RunFacts, RunReport, report_of
from load_tests.run import LoadRun
from load_tests.scenario_errors import ScenarioError
from load_tests.service_facts import describe_service
from load_tests.users import LoadUser
from load_tests.verdict import Verdict, judge
from load_tests.watch import watch

logger = logging.getLogger(__name__)

STOP_SLACK_S = 1.0


class LoadSession:
    """Binds runs to a Locust process: one at a time, each with its own reports.

    The process's exit code starts as INVALID and becomes the verdict's when there is one, so that no unforeseen end
    passes for a success.
    """

    def __init__(self, environment: Environment, options: argparse.Namespace) -> None:
        self._environment = environment
        self._options = options
        self._run: LoadRun | None = None
        self._report: RunReport | None = None
        self._folder = Path()
        self._watch: gevent.Greenlet[..., None] | None = None
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
        host = self._environment.host or ""
        started_at = datetime.now(UTC)
        try:
            run = self._new_run()
        except ScenarioError as error:
            logger.error(error)
            return None
        self._facts = RunFacts(
            target=host + run.scenario.prediction_path,
            started_at=started_at,
            command=f"python -m load_tests run {shlex.quote(self._options.scenario)} --host {shlex.quote(host)}",
            service=describe_service(host, run.scenario.model),
            versions={"python": platform.python_version(), "locust": version("locust")},
        )
        self._folder = report_folder(self._options.report_folder, run.scenario.name, started_at)
        self._environment.stop_timeout = run.patience_s + STOP_SLACK_S
        self._run = LoadUser.load_run = run
        _spare_garbage_collector()
        run.start()
        self._watch = gevent.spawn(watch, run, sys.stdout)
        return run

    def stop_offering(self) -> None:
        """Offer nothing more: the test is being stopped, at its end or early."""
        if self._run is not None:
            self._run.stop_offering()

    def stop_by_signal(self, number: int) -> None:
        """End a run that a signal interrupts like any other, but remember it; a second signal ends it at once."""
        if self._run is not None:
            if self._run.stopped_by:
                os._exit(Verdict.INVALID.exit_code)
            self._run.stopped_by = signal.Signals(number).name
            self._run.stop_offering()
        if self._environment.runner is not None:
            gevent.spawn(self._environment.runner.quit)

    def note_error(self, error: BaseException) -> None:
        """Remember an error of the load generator itself."""
        if self._run is not None:
            self._run.generator_errors.append(repr(error))

    def conclude(self) -> None:
        """Judge the run and write its reports, once."""
        run, self._run = self._run, None
        if run is None:
            return
        if self._watch is not None:
            self._watch.kill()
        measurement = run.measurement()
        verdict = judge(run.scenario, measurement)
        report = report_of(run.scenario, measurement, verdict, dict(run.recorder.log.details), self._facts)
        report.write(self._folder)
        _write_markdown(report, self._folder)
        self._report = report
        self._environment.process_exit_code = report.exit_code

    def show(self) -> None:
        """Show the last run's report in the terminal."""
        if self._report is not None:
            terminal.show(self._report, str(self._folder), sys.stdout)


def _spare_garbage_collector() -> None:
    """Take all that exists now out of later collections, each of which would stop the generator for 0.1 s."""
    gc.collect()
    gc.freeze()


def _write_markdown(report: RunReport, folder: Path) -> None:
    """Write the Markdown report, and append it to the summary of a GitHub workflow step if there is one."""
    text = markdown.render(report)
    (folder / markdown.FILE_NAME).write_text(text, encoding="utf-8")
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(text)
