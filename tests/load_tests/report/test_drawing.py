"""A run's page is drawn in a process of its own, and nothing that goes wrong there changes a verdict."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from load_tests.report import __main__ as command
from load_tests.report.drawing import Drawing
from load_tests.report.folders import JUNIT_NAME, PAGE_NAME
from load_tests.report.run_report import FILE_NAME
from tests.conftest import ROOT
from tests.load_tests.made_runs import made_run


@pytest.fixture(params=["folder", "file"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Give a run by its folder, and by its `run.json`."""
    path = made_run().write(tmp_path)
    return tmp_path if request.param == "folder" else path


def test_the_command_writes_both_files_beside_the_run(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(run)]) == 0
    folder = run if run.is_dir() else run.parent
    assert {path.name for path in folder.iterdir()} == {FILE_NAME, PAGE_NAME, JUNIT_NAME}
    assert capsys.readouterr().out == f"{folder / PAGE_NAME}\n"


@pytest.mark.parametrize("text", [None, "{}", "no json"])
def test_what_is_no_run_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    if text is not None:
        (tmp_path / FILE_NAME).write_text(text)
    assert command.main([str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_a_drawing_leads_to_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_run().write(tmp_path / ".")
    monkeypatch.chdir(tmp_path)
    assert Drawing(Path()).result(60) == Path(PAGE_NAME), "from wherever it is asked for"
    assert (tmp_path / JUNIT_NAME).is_file()


@pytest.mark.parametrize(
    ("drawn_by", "told"),
    [
        (("false",), "could not be drawn (exit code 1)"),
        (("/nowhere/python",), "cannot be drawn: [Errno 2]"),
        (("sleep", "infinity", "#"), "could not be drawn"),
    ],
)
def test_what_cannot_be_drawn_is_told_and_leads_to_the_tables(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, drawn_by: tuple[str, ...], told: str
) -> None:
    with caplog.at_level(logging.ERROR):
        assert Drawing(tmp_path, drawn_by).result() == tmp_path / "report.md"
    assert told in caplog.text


def test_a_page_that_takes_too_long_is_not_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    slow = (sys.executable, "-c", "import sys; sys.stdin.read(); import time; time.sleep(2)")
    drawing = Drawing(tmp_path, slow)
    with caplog.at_level(logging.ERROR):
        assert drawing.result(0.05) == tmp_path / "report.md"
    assert "not drawn after 0.05 s" in caplog.text
    assert drawing.result(10) == tmp_path / "report.md"


def test_reports_are_read_and_judged_without_matplotlib() -> None:
    code = "import sys, load_tests.running.session, load_tests.running.launch; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
