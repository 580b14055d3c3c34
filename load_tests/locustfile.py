"""Wires a scenario into Locust: `locust -f load_tests/locustfile.py --host http://127.0.0.1:8000`."""

import argparse
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import gevent
from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from load_tests.generator.crew import Crew
from load_tests.generator.users import ClosedUser, OpenArrivals
from load_tests.generator.worker import Worker
from load_tests.judging.judgement import USAGE_ERROR
from load_tests.live.web_page import add_slo_tab
from load_tests.report.terminal import survive_any_encoding
from load_tests.running.session import LoadSession
from load_tests.running.shape import ScenarioShape
from load_tests.specification.errors import ScenarioError

__all__ = ["ClosedUser", "OpenArrivals", "ScenarioShape"]


@events.init_command_line_parser.add_listener
def _add_options(parser: LocustArgumentParser) -> None:
    parser.add_argument(
        "--scenario",
        default="staged",
        env_var="LOADPROOF_SCENARIO",
        help="Name of a scenario in load_tests/scenarios, or the path of one",
    )
    parser.add_argument(
        "--report-folder",
        default="",
        env_var="LOADPROOF_REPORT_FOLDER",
        help="Where the run's reports go; by default a new folder under reports/",
    )
    parser.add_argument(
        "--cluster-record",
        default="",
        env_var="LOADPROOF_CLUSTER_RECORD",
        help="What `python -m load_tests.cluster watch` writes meanwhile; `later` if it is joined afterwards",
    )
    parser.add_argument(
        "--again",
        default="",
        env_var="LOADPROOF_AGAIN",
        help="What the report says repeats the run, where the same command on the same host would not",
    )


@events.init.add_listener
def _prepare(environment: Environment, **_: Any) -> None:
    survive_any_encoding()
    if isinstance(environment.runner, WorkerRunner):
        Worker(environment, environment.runner)
    else:
        _prepare_session(environment, environment.parsed_options or argparse.Namespace())


def _prepare_session(environment: Environment, options: argparse.Namespace) -> None:
    """Judge in this process, which is the master or the only one."""
    runner = environment.runner
    try:
        session = LoadSession(environment, options, Crew(runner) if isinstance(runner, MasterRunner) else None)
    except ScenarioError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(USAGE_ERROR)
    ScenarioShape.run_under_way = session.run_under_way
    environment.events.test_stopping.add_listener(lambda **_: session.stop())
    environment.events.test_stop.add_listener(lambda **_: session.conclude())
    # Without a web page the process ends with its run, and after Locust's own tables: the verdict comes last.
    shown = environment.events.quit if options.headless else environment.events.test_stop
    shown.add_listener(lambda **_: session.show())
    environment.events.user_error.add_listener(lambda exception, **_: session.note_error(exception))
    if environment.web_ui is not None:
        add_slo_tab(environment.web_ui, session.live, options.web_base_path)
    if options.headless:
        for number in (signal.SIGTERM, signal.SIGINT):
            gevent.signal_handler(number, session.stop_by_signal, number)
