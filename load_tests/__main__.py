"""The command line: `python -m load_tests run SCENARIO --host URL` and `python -m load_tests check SCENARIO`."""

import argparse
import sys
import traceback

from load_tests.generator.sharing import Sharing, process_count
from load_tests.judging.judgement import USAGE_ERROR, Verdict
from load_tests.report import terminal
from load_tests.running.checked import as_json, as_sentences
from load_tests.running.choice import check_watched, choose
from load_tests.running.launch import Launcher, run_all
from load_tests.running.preflight import check_base_url


def main(arguments: list[str] | None = None) -> int:
    """Run a command; its exit code."""
    options = _parser().parse_args(arguments)
    terminal.survive_any_encoding()
    try:
        chosen = [choose(name) for name in options.scenarios]
        if options.command == "run":
            check_watched(chosen, options.cluster_record)
            sharing = Sharing(options.processes, options.workers)
            host = check_base_url(options.host)
            return run_all(chosen, Launcher(host, sharing, options.cluster_record), options.report_folder)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return USAGE_ERROR
    except KeyboardInterrupt:
        terminal.say_verdict(Verdict.INVALID, "interrupted before the load began", sys.stdout)
        return Verdict.INVALID.exit_code
    except Exception:  # Python's own exit code for a crash is 1, which here means FAIL
        traceback.print_exc()
        return USAGE_ERROR
    sys.stdout.write(as_json(chosen) if options.json else as_sentences(chosen))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m load_tests", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run_command = commands.add_parser("run", help="offer the load, judge what came back")
    run_command.add_argument("--host", default="http://127.0.0.1:8000", help="base URL of the service (%(default)s)")
    run_command.add_argument("--report-folder", default="", help="default: a new folder under reports/")
    processes = run_command.add_mutually_exclusive_group()
    processes.add_argument(
        "--processes", type=process_count, default=1, help="generator processes that share the load (%(default)s)"
    )
    processes.add_argument(
        "--workers",
        type=process_count,
        default=0,
        help="offer nothing from here, but wait for so many workers (locust --worker) and judge what they tell",
    )
    run_command.add_argument(
        "--cluster-record",
        default="",
        help="what `python -m load_tests.cluster watch` writes meanwhile, for scenarios with `scaling` objectives; "
        "`later` if the run is joined with it afterwards",
    )
    check_command = commands.add_parser("check", help="only say whether scenarios can be run")
    check_command.add_argument("--json", action="store_true", help="say it to a program")
    for command in (run_command, check_command):
        command.add_argument(
            "scenarios", nargs="+", metavar="SCENARIO", help="name of one in load_tests/scenarios, or a path"
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
