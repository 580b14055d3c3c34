"""Where the reports of a run go, and what they are called."""

import shutil
import tempfile
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from load_tests.report import markdown
from load_tests.report.run_report import FILE_NAME

PAGE_NAME = "report.html"
JUNIT_NAME = "junit.xml"
LEAST_FREE_BYTES = 10_000_000
"""What the reports and the log of one run may take, with much to spare."""


def report_folder(given: str, scenario: str, started_at: datetime) -> Path:
    """Make the folder of a run's reports: the one given, or a new one under `reports/`.

    A given folder loses the reports of an earlier run, whose verdict must not be taken for that of this one.
    """
    if given:
        folder = made(Path(given))
        for name in (FILE_NAME, markdown.FILE_NAME, PAGE_NAME, JUNIT_NAME):
            (folder / name).unlink(missing_ok=True)
        return folder
    return _new_folder(made(Path("reports")) / f"{started_at:%Y%m%dT%H%M%S}-{scenario}")


def made(folder: Path) -> Path:
    """Make a folder if there is none; OSError says in words, before any load, why no reports can be written to it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            full = shutil.disk_usage(folder).free < LEAST_FREE_BYTES
    except OSError as error:
        reason = "there is a file of that name" if folder.is_file() else (error.strerror or str(error)).lower()
        raise _unwritable(folder, reason) from error
    if full:
        raise _unwritable(folder, "its disk is full")
    return folder


def _unwritable(folder: Path, reason: str) -> OSError:
    remedy = "make room there, or name another one with --report-folder"
    return OSError(f"reports cannot be written to {folder}: {reason}; {remedy}")


def _new_folder(wanted: Path) -> Path:
    """Make a folder that nobody else has: two runs may begin in the same second."""
    folder = wanted
    for number in count(2):
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            break
        folder = wanted.with_name(f"{wanted.name}-{number}")
    return folder
