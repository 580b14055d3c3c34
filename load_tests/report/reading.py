"""Reading the `run.json` of a run that is over, whoever wrote it and whatever became of it since."""

import json
from pathlib import Path

from pydantic import ValidationError

from load_tests.report.run_report import FILE_NAME, FORMAT, RunReport

GIVE = f"give the {FILE_NAME} of a run, or its folder"


class ReportError(ValueError):
    """A file is not the report of a run; the message names the file and says why."""


def file_of(run: Path) -> Path:
    """The report in the folder of a run, or the file itself."""
    return run / FILE_NAME if run.is_dir() else run


def read_report(run: Path) -> RunReport:
    """Read the report of a run, given as the file or the folder that holds it; ReportError if it is none."""
    file = file_of(run)
    try:
        written = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise ReportError(f"{file} does not exist: {GIVE}") from None
    except OSError as error:
        raise ReportError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise ReportError(f"{file} is not JSON: {GIVE}") from None
    if not isinstance(written, dict) or "format" not in written:
        raise ReportError(f"{file} is not the {FILE_NAME} of a run: it has no format number")
    if written["format"] != FORMAT:
        raise ReportError(f"{file} has format {written['format']!r}, this version reads {FORMAT}: run it again")
    try:
        return RunReport.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ReportError(f"{file} is not the {FILE_NAME} of a run: {where}: {first['msg']}") from None
