"""`python -m load_tests.report RUN…`: draw `report.html` and write `junit.xml` beside the `run.json` of each run.

Every run does so itself at its end, in a process of its own: Matplotlib in the load generator would delay its requests.
"""

import argparse
import sys
from pathlib import Path

from load_tests.report import junit, page
from load_tests.report.folders import JUNIT_NAME, PAGE_NAME
from load_tests.report.reading import ReportError, file_of, read_report

USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> int:
    """Draw the reports of runs; the exit code says only whether that went well."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.report", description=__doc__)
    parser.add_argument("runs", nargs="+", metavar="RUN", type=Path, help="run.json, or the folder that holds it")
    for run in parser.parse_args(arguments).runs:
        try:
            sys.stdout.write(f"{write(run)}\n")
        except (OSError, ReportError) as error:
            sys.stderr.write(f"{error}\n")
            return USAGE_ERROR
    return 0


def write(run: Path) -> Path:
    """Write both files of a run; the path of the page."""
    file, report = file_of(run), read_report(run)
    file.with_name(JUNIT_NAME).write_bytes(junit.render(report))
    path = file.with_name(PAGE_NAME)
    path.write_text(page.render(report), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
