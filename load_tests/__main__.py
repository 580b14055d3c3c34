"""The command line: `python -m load_tests run SCENARIO --host URL` and `python -m load_tests check SCENARIO`."""

import argparse
import sys

from load_tests import scenario as scenarios
from load_tests.demands import check_provable
from load_tests.launch import run
from load_tests.payloads.source import source_for
from load_tests.preflight import check_base_url
from load_tests.quantities import format_duration
from load_tests.timeline import timeline_of

USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> int:
    """Run a command; its exit code."""
    options = _parser().parse_args(arguments)
    try:
        scenario = scenarios.load(options.scenario)
        check_provable(scenario)
        source_for(scenario.model)
        if options.command == "run":
            return run(scenario, options.scenario, check_base_url(options.host), options.report_folder)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return USAGE_ERROR
    sys.stdout.write(f"{scenario.name} can be run: it takes {format_duration(timeline_of(scenario).ends_s)}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m load_tests", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run_command = commands.add_parser("run", help="offer the load, judge what came back")
    run_command.add_argument("scenario", help="name of a scenario in load_tests/scenarios, or the path of one")
    run_command.add_argument("--host", default="http://127.0.0.1:8000", help="base URL of the service (%(default)s)")
    run_command.add_argument("--report-folder", default="", help="default: a new folder under reports/")
    check_command = commands.add_parser("check", help="only say whether a scenario can be run")
    check_command.add_argument("scenario")
    return parser


if __name__ == "__main__":
    sys.exit(main())
