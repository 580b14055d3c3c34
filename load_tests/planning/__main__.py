"""The command line: `python -m load_tests.planning capacity|plan|side-by-side …`."""

import argparse
import signal
import sys
import traceback
from collections.abc import Sequence

from load_tests.judging.judgement import USAGE_ERROR, Verdict
from load_tests.planning import capacity_command, plan_command, side_by_side_command
from load_tests.report import terminal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit code."""
    options = _parser().parse_args(arguments)
    terminal.survive_any_encoding()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # an orchestrator's end is like that of a keyboard
    try:
        return int(options.run(options))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
    except KeyboardInterrupt:
        terminal.say_verdict(Verdict.INVALID, "interrupted before the load began", sys.stdout)
        return Verdict.INVALID.exit_code
    except Exception:  # Python's own exit code for a crash is 1, which elsewhere means FAIL
        traceback.print_exc()
    return USAGE_ERROR


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m load_tests.planning", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for command in (capacity_command, plan_command, side_by_side_command):
        command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
