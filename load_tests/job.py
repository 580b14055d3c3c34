"""`python -m load_tests.job`: a run in a container that nobody can look into afterwards.

Its standard output is all that it leaves: the progress, the verdict and, last, the reports (`load_tests/parcel.py`).
"""

import argparse
import signal
import sys
from pathlib import Path

from load_tests import parcel
from load_tests.__main__ import main as load_tests


def main(arguments: list[str] | None = None) -> int:
    """Run a scenario on workers that connect from elsewhere; the exit code is the verdict's."""
    options = _parser().parse_args(arguments)
    # The first process of a container ignores a signal that it has no handler for.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    exit_code = load_tests(
        [
            *("run", options.scenario, "--host", options.host, "--workers", options.workers),
            *("--report-folder", str(options.report_folder), "--cluster-record", "later"),
        ]
    )
    if options.report_folder.is_dir():
        sys.stdout.writelines(f"{line}\n" for line in parcel.lines_of(options.report_folder))
        sys.stdout.flush()
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m load_tests.job", description=__doc__)
    parser.add_argument("--scenario", required=True, help="path of its file")
    parser.add_argument("--host", required=True, help="base URL of the service")
    parser.add_argument("--workers", required=True, help="how many are waited for")
    parser.add_argument("--report-folder", required=True, type=Path)
    return parser


if __name__ == "__main__":
    sys.exit(main())
