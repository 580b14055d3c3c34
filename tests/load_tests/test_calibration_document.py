"""The table in docs/calibration.md is the one that the calibration it names came to."""

import re

from load_tests.judging.floor import Floor
from load_tests.report.floor_table import HEAD, abilities, cells
from load_tests.running.choice import choose
from tests.conftest import ROOT

DOCUMENT = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
FLOOR = Floor.model_validate_json((ROOT / "benchmarks" / "results" / "calibration.json").read_bytes())


def test_the_table_in_the_document_is_that_of_the_file_it_names() -> None:
    written = [re.split(r" *\| *", line.strip("| ")) for line in DOCUMENT.splitlines() if line.startswith("|")]
    assert written[0] == list(HEAD)
    assert written[2:] == [list(cells(row, FLOOR)) for row in FLOOR.rates]


def test_nothing_disturbed_the_example() -> None:
    assert not FLOOR.disturbed
    assert FLOOR.machine.cores == 2, "as the document says"


def test_the_line_in_the_document_is_the_one_that_is_printed() -> None:
    assert abilities(FLOOR) in DOCUMENT.splitlines()


def test_the_example_was_measured_with_the_rates_that_are_offered_now() -> None:
    offered_rps = [stage.offered_rps for stage in choose("calibrate").scenario.stages]
    assert [row.offered_rps for row in FLOOR.rates] == offered_rps
