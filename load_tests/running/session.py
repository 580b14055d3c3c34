"""What happens around a Locust test: begin a run, end it well, judge it and write its reports."""

import argparse
import logging
import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import gevent
from flask import has_request_context
from gevent.lock import RLock
from locust.env import Environment
from locust.util.timespan import parse_timespan

from load_tests.clock import RunClock
from load_tests.cluster.joining import LATER, with_record
from load_tests.generator.crew import Crew, CrewError
from load_tests.generator.offering import Alone
from load_tests.judging.floor import read_floor
from load_tests.judging.judgement import Verdict
from load_tests.judging.record import RunRecord
from load_tests.judging.verdict import judge
from load_tests.live.live_report import LiveReport, final_report
from load_tests.live.verdict_so_far import planned, report_so_far
from load_tests.payloads.deck import make_deck
from load_tests.payloads.source import source_for
from load_tests.report import markdown, terminal
from load_tests.report.drawing import Drawing
from load_tests.report.folders import report_folder
from load_tests.report.run_report import RunReport, report_of
from load_tests.running.choice import choose
from load_tests.running.facts import facts_of
from load_tests.running.under_way import UnderWay
from load_tests.specification.errors import ScenarioError
from load_tests.specification.scenario import Scenario

logger = logging.getLogger(__name__)

STOP_SLACK_S = 1.0


class LoadSession:
    """Binds runs to a Locust process: one at a time, each with its own reports.

    The process's exit code starts as INVALID and becomes the verdict's when there is one, so that no unforeseen end
    passes for a success.

    Parameters
    ----------
    environment : Environment
        Locust's.
    options : Namespace
        Locust's own and those of this project.
    crew : Crew or None
        The workers that offer the load; None where this process does.
    """

    def __init__(self, environment: Environment, options: argparse.Namespace, crew: Crew | None) -> None:
        self._environment = environment
        self._options = options
        self._crew = crew
        self._under_way: UnderWay | None = None
        self._being_judged: UnderWay | None = None
        self._watching: list[gevent.Greenlet[..., None]] = []
        self._last: tuple[RunReport, Drawing | None] | None = None
        self._concluding = RLock()
        environment.process_exit_code = Verdict.INVALID.exit_code
        self._choose()  # and so refuse a wrong one at once

    def _choose(self) -> Scenario:
        """The scenario as its file is now; ScenarioError if it cannot be run."""
        return choose(self._options.scenario).scenario

    def live(self) -> LiveReport:
        """How the run under way stands, or else what became of the last one, or what the next one will be judged by."""
        if (under_way := self._under_way or self._being_judged) is not None:
            return report_so_far(under_way.record, under_way.record.now_s())
        return final_report(self._last[0]) if self._last is not None else planned(self._choose())

    def run_under_way(self) -> UnderWay | None:
        """The run under way, begun now if there is none; None if it cannot be."""
        if self._under_way is None:
            try:
                self._under_way = self._begin()
            except (ScenarioError, CrewError) as error:
                logger.error(error)
        return self._under_way

    def _begin(self) -> UnderWay:
        """Make everything ready, and start the clock."""
        started_at = datetime.now(UTC)
        scenario = self._choose()
        deck = make_deck(source_for(scenario.model), scenario.load)
        clock = RunClock()
        record = RunRecord(scenario, clock, floor=read_floor())
        if self._crew is not None:
            self._crew.prepare(record, deck)
        under_way = UnderWay(
            record,
            self._crew or Alone(record, deck),
            facts_of(scenario, self._environment.host or "", self._options, started_at),
            report_folder(self._options.report_folder, scenario.name, started_at),
        )
        self._environment.stop_timeout = scenario.load.patience_s + STOP_SLACK_S
        clock.start()
        under_way = replace(under_way, facts=under_way.facts.model_copy(update={"began_at": datetime.now(UTC)}))
        under_way.offering.start()
        self._watching = [gevent.spawn(under_way.observe)]
        if self._options.headless and self._options.run_time:  # which Locust forgets where there is a shape
            run_time_s = parse_timespan(str(self._options.run_time))
            self._watching.append(gevent.spawn(self._stop_after, run_time_s, record))
        return under_way

    def stop(self) -> None:
        """Offer nothing more: the test is being stopped, at its end or early."""
        under_way = self._under_way
        if under_way is None:
            return
        record = under_way.record
        if not (under_way.over or record.broken_early or record.stopped_by):
            record.stopped_by = self._who_stops()
        under_way.finish()

    def _who_stops(self) -> str:
        if has_request_context():
            return "the web page's Stop"
        return "Locust"

    def stop_by_signal(self, number: int) -> None:
        """End a run that a signal interrupts like any other, but remember it; a second signal ends it at once."""
        if self._under_way is not None and self._under_way.record.stopped_by:
            os._exit(Verdict.INVALID.exit_code)
        self._stop_early(signal.Signals(number).name)

    def _stop_after(self, run_time_s: float, record: RunRecord) -> None:
        """End the run after `--run-time` by its own clock: gevent's timers count from when its loop last turned."""
        while (left_s := run_time_s - record.now_s()) > 0:
            gevent.sleep(left_s)
        self._stop_early("--run-time")

    def _stop_early(self, by: str) -> None:
        """End the run under way, and Locust with it, and remember who wanted that."""
        if self._under_way is not None:
            self._under_way.record.stopped_by = by
            self._under_way.record.stop_offering()
        if self._environment.runner is not None:
            gevent.spawn(self._environment.runner.quit)

    def note_error(self, error: BaseException) -> None:
        """Remember an error of the load generator itself."""
        if self._under_way is not None:
            self._under_way.record.errors.append(repr(error))

    def conclude(self) -> None:
        """Judge the run and write its reports, once; whoever asks for that meanwhile waits for it.

        Locust ends at the end of its shape, and at a signal: when both come together, two greenlets are about it.
        """
        with self._concluding:
            self._being_judged, self._under_way = self._under_way, None
            try:
                if self._being_judged is not None:
                    self._judge(self._being_judged)
            finally:
                self._being_judged = None

    def _judge(self, under_way: UnderWay) -> None:
        gevent.killall(self._watching)
        under_way.offering.conclude()
        record = under_way.record
        measurement = record.measurement()
        verdict = judge(record.scenario, measurement)
        report = report_of(record.scenario, measurement, verdict, dict(record.details), under_way.facts)
        report = with_record(report, self._options.cluster_record, under_way.folder)
        report.write(under_way.folder)
        self._environment.process_exit_code = report.exit_code
        _write_markdown(report, under_way.folder)
        shown_here = self._options.cluster_record != LATER
        self._last = report, Drawing(under_way.folder) if shown_here else None
        # Locust's web page shows its log, and this is where the verdict is seen there.
        logger.info("%s (exit %d): %s; reports: %s", report.verdict, report.exit_code, report.reason, under_way.folder)

    def show(self) -> None:
        """Show the last run's report in the terminal, when its page is drawn.

        One that is joined with its record later may then have another verdict, and is shown there.
        """
        self.conclude()
        report, drawing = self._last or (None, None)
        if report is not None and drawing is not None:
            terminal.show(report, str(drawing.result()), sys.stdout)
        elif report is not None:
            sys.stdout.write("The verdict comes with the record of the cluster: python -m load_tests.cluster join\n")


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
