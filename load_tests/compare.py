"""`python -m load_tests.compare OLD NEW`: what two runs of a scenario prove of a change between them.

Exit code 1 if some objective is proven to have become at least 5 % worse, 0 if none is, 2 if they cannot be compared.
"""

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from load_tests.comparing.changes import Change, Finding, compare
from load_tests.comparing.finished_runs import FinishedRun, IncomparableError, check_comparable, remarks
from load_tests.report import terminal
from load_tests.report.comparison import change_table, sentence
from load_tests.report.reading import ReportError

WORSE = 1
REFUSED = 2
COLOURS = {Finding.BETTER.value: "green", Finding.WORSE.value: "red", Finding.NO_PROOF.value: "yellow"}


def main(arguments: list[str] | None = None) -> int:
    """Compare two runs; the exit code."""
    options = _parser().parse_args(arguments)
    terminal.survive_any_encoding()
    try:
        old, new = FinishedRun.read(options.old), FinishedRun.read(options.new)
        check_comparable(old, new)
        changes = compare(old.objectives, old.report.objectives, new.report.objectives, old.scenario.confidence)
        return _show(old, new, changes, sys.stdout)
    except (IncomparableError, ReportError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    except Exception:  # Python's own exit code for a crash is 1, which here means worse
        traceback.print_exc()
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m load_tests.compare", description=__doc__)
    for name in ("old", "new"):
        parser.add_argument(name, type=Path, help=f"run.json of the {name} run, or the folder of its reports")
    return parser


def _show(old: FinishedRun, new: FinishedRun, changes: Sequence[Change], stream: TextIO) -> int:
    """Write the table, the remarks and the last line; the exit code that the line names."""
    console = terminal.console_on(stream)
    console.print(f"\nScenario {new.scenario.name}: from {old.path} to {new.path}", markup=False, soft_wrap=True)
    console.print(terminal.rich_table(change_table(changes), COLOURS))
    for remark in remarks(old, new):
        console.print(remark, markup=False, soft_wrap=True)
    worse = any(change.matters for change in changes)
    word, colour, exit_code = ("WORSE", "red", WORSE) if worse else ("NO WORSE", "green", 0)
    terminal.say_result(word, colour, exit_code, sentence(changes, old.scenario.confidence), stream)
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
