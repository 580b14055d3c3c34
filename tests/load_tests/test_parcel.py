"""The reports of a run survive the way through a log, whole or not at all."""

from pathlib import Path

import pytest

from deployment.errors import DeploymentError
from deployment.load.parcel import Parcel
from load_tests import parcel

LONGEST_LINE = 16 * 1024
"""Of what container engines write in one piece."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with reports."""
    made = tmp_path / "there" / "20260102T030405-of.my-own"
    made.mkdir(parents=True)
    (made / "run.json").write_text('{"verdict": "PASS"}', encoding="utf-8")
    (made / "report.md").write_bytes(bytes(range(256)) * 500)
    return made


def unpacked(lines: list[str], reports: Path) -> Path:
    taken = Parcel()
    assert all(taken.takes(line) for line in lines)
    return taken.unpack(reports)


def test_what_comes_out_is_what_went_in(folder: Path, tmp_path: Path) -> None:
    lines = list(parcel.lines_of(folder))
    assert max(map(len, lines)) < LONGEST_LINE
    made = unpacked(lines, tmp_path / "here")
    assert made == tmp_path / "here" / folder.name
    assert {path.name: path.read_bytes() for path in made.iterdir()} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }


def test_other_lines_are_left_alone(folder: Path) -> None:
    taken = Parcel()
    assert not taken.takes("PASS (exit 0)")
    assert all(taken.takes(line) for line in parcel.lines_of(folder))
    assert not taken.takes("after the end")


@pytest.mark.parametrize(
    "damage", [lambda x: x[:-1], lambda x: [*x[:1], *x[2:]], lambda x: [*x[:1], x[1][:-4], *x[2:]]]
)
def test_a_damaged_parcel_gives_nothing(folder: Path, tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    with pytest.raises(DeploymentError, match="came damaged"):
        unpacked(damage(list(parcel.lines_of(folder))), tmp_path / "here")
    assert not (tmp_path / "here").exists()


def test_no_file_leaves_the_folder_of_reports(folder: Path, tmp_path: Path) -> None:
    lines = list(parcel.lines_of(folder))
    taken = Parcel()
    assert not taken.takes(lines[0].replace(folder.name, "../elsewhere"))
    with pytest.raises(DeploymentError, match="left no reports"):
        taken.unpack(tmp_path)


def test_the_verdict_comes_however_large_the_rest_is(folder: Path, tmp_path: Path) -> None:
    made = unpacked(list(parcel.lines_of(folder, most_bytes=1000)), tmp_path / "here")
    assert [path.name for path in made.iterdir()] == ["run.json"]
