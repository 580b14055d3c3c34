"""Each run has reports of its own, and never the verdict of another."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from load_tests.report.folders import JUNIT_NAME, PAGE_NAME, report_folder
from load_tests.report.run_report import FILE_NAME

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_two_runs_of_the_same_second_have_two_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = [report_folder("", "staged", NOW).name for _ in range(3)]
    assert names == ["20260102T030405-staged", "20260102T030405-staged-2", "20260102T030405-staged-3"]


def test_a_given_folder_loses_the_verdict_of_an_earlier_run_and_keeps_the_rest(tmp_path: Path) -> None:
    for name in (FILE_NAME, "report.md", PAGE_NAME, JUNIT_NAME, "notes.txt"):
        (tmp_path / name).write_text("old")
    assert report_folder(str(tmp_path), "staged", NOW) == tmp_path
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("given", ["", "reports", "reports/mine"])
def test_a_file_where_the_folder_should_be_is_named_with_a_remedy(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("reports").write_text("a file")
    with pytest.raises(OSError, match=r"^reports cannot be written to reports.*: .+; .+ with --report-folder$"):
        report_folder(given, "staged", NOW)


def test_a_full_disk_is_refused_before_any_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=4096)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    with pytest.raises(OSError, match="its disk is full"):
        report_folder(str(tmp_path), "staged", NOW)
