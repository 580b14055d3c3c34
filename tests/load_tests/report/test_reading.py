"""A file that is not the report of a run is refused with its name and a remedy by every command that reads one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from load_tests.cluster.__main__ import main as cluster_command
from load_tests.compare import main as compare_command
from load_tests.report.__main__ import main as report_command
from load_tests.report.reading import file_of


@pytest.mark.parametrize(
    "command",
    [
        lambda run: report_command([str(run)]),
        lambda run: cluster_command(["join", str(run)]),
        lambda run: compare_command([str(run), str(run)]),
    ],
    ids=["report", "join", "compare"],
)
@pytest.mark.parametrize(
    ("written", "said"),
    [
        (None, "does not exist: give the run.json of a run, or its folder"),
        ("no", "is not JSON"),
        ('{"format": 1}', "has format 1, this version reads 3: run it again"),
        ('{"format": 3, "scenario": 5}', "is not the run.json of a run: "),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(
    command: Callable[[Path], int],
    written: str | None,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if written is not None:
        file_of(tmp_path).write_text(written, encoding="utf-8")
    assert command(tmp_path) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert f"{tmp_path}/run.json {said}" in line
