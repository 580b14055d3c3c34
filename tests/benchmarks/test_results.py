"""No result is an orphan: one command writes it, and one document at least names that command and quotes the result."""

import json
import re
from pathlib import Path

import pytest

from benchmarks.figures import documents
from benchmarks.result_file import RESULTS, write_part
from tests.conftest import ROOT

COMMANDS = {"calibration.json": "load_tests.calibrate"} | {
    result: ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".results")
    for path in (ROOT / "benchmarks").rglob("*.py")
    for result in re.findall(r'^RESULT_FILE = RESULTS / "(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
    if not path.stem.endswith("picture")
}


def test_every_result_has_a_command_and_every_command_its_result() -> None:
    assert {path.name for path in RESULTS.iterdir()} == set(COMMANDS)


@pytest.mark.parametrize(("result", "command"), COMMANDS.items(), ids=COMMANDS)
def test_a_document_quotes_the_result_and_says_how_to_get_it_again(result: str, command: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in documents()]
    assert any(f"benchmarks/results/{result}" in text and f"python -m {command}" in text for text in texts)


def test_a_part_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    for part, figures in (("one", 1), ("two", 2), ("one", 3)):
        write_part(tmp_path / "result.json", part, figures)
    written = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert (written["one"], written["two"]) == (3, 2)
    assert {"python", "machine", "cores"} == set(written["machine"])
    assert set(written["commits"]) == {"one", "two"}
