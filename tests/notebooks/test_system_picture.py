"""The picture of the system shows what is in the repository by its names, and its arrows lead from box to box."""

import re
from pathlib import Path

import pytest

from load_tests.judging.judgement import Verdict
from model import artifact
from notebooks.system_picture import ARROWS, BOXES, HALF_HEIGHT, PICTURE, draw
from tests.conftest import ROOT

BELOW = {title: below for *_, title, below in BOXES}


def test_what_is_committed_is_what_is_drawn(tmp_path: Path) -> None:
    draw(tmp_path / "system.svg")
    assert (tmp_path / "system.svg").read_bytes() == PICTURE.read_bytes(), "python -m notebooks.system_picture"


def test_the_steps_are_those_of_the_walkthrough_in_their_order() -> None:
    text = (ROOT / "notebooks" / "walkthrough.ipynb").read_text(encoding="utf-8")
    [way] = re.findall(r'"    (dataset ─▶ .*)\\n"', text)
    steps = way.replace("dataset", "data set").split(" ─▶ ")
    assert set(steps) - set(BELOW) == {"container", "cluster"}, "which are drawn as pods"
    drawn = [title for title in BELOW if title in steps]
    assert drawn == [step for step in steps if step in drawn]


@pytest.mark.parametrize("folder", [below for below in BELOW.values() if below.endswith("/")])
def test_every_folder_that_is_named_exists(folder: str) -> None:
    assert [path for path in ROOT.glob(folder.replace("<name>", "*")) if path.is_dir()]


def test_an_artifact_is_made_of_what_is_written_below_it() -> None:
    files = [artifact.MODEL_FILE, artifact.CARD_FILE, artifact.EXAMPLES_FILE]
    parts = BELOW["artifact"].lower().split(", ")
    assert [part for part, file in zip(parts, files, strict=True) if part not in file] == []


def test_the_verdicts_that_are_named_are_verdicts() -> None:
    assert set(re.findall(r"[A-Z]{2,}", BELOW["verdict"])) <= {verdict.value for verdict in Verdict}


def test_every_arrow_leads_from_the_edge_of_a_box_to_that_of_another() -> None:
    for begin, end, what in ARROWS:
        boxes = {title for at in (begin, end) for x, y, width, _, title, _ in BOXES if touches(at, x, y, width)}
        assert len(boxes) == 2, (begin, end, what)


def touches(at: tuple[float, float], x: float, y: float, width: float) -> bool:
    """Whether a point is on the edge of a box."""
    across, up = abs(at[0] - x), abs(at[1] - y)
    return max(across - width / 2, up - HALF_HEIGHT) == 0
