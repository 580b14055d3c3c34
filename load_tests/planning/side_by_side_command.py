"""`python -m load_tests.planning side-by-side`: what the same load came to on several arrangements."""

import argparse
import sys
from pathlib import Path

from load_tests.planning.side_by_side import Arrangement, problems, table
from load_tests.report.reading import file_of, read_report
from load_tests.report.terminal import console_on, rich_table


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of `python -m load_tests.planning`."""
    parser = commands.add_parser("side-by-side", help="the same load on several arrangements", description=__doc__)
    parser.add_argument(
        "runs", nargs="+", type=Path, metavar="RUN", help="folder of a run, named after its arrangement; or a file"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Show the table; ValueError if the runs cannot be compared."""
    arrangements = [Arrangement(_name(path), read_report(path)) for path in options.runs]
    if problem := next(problems(arrangements), ""):
        raise ValueError(problem)
    console = console_on(sys.stdout)
    console.print()
    console.print(rich_table(table(arrangements)))
    return 0


def _name(path: Path) -> str:
    """`single` for `…/single` and for `…/single.json`."""
    return file_of(path).parent.name if path.is_dir() else path.stem
