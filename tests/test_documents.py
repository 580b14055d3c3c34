"""What the documents name exists, what they quote was printed, and what they count stands in the file they name."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.figures import documents, refreshed
from load_tests.launch import choose
from load_tests.scenario import SCENARIOS
from load_tests.scenario_errors import ScenarioError
from service.settings import Settings
from tests.conftest import ROOT

DOCUMENTS = list(documents())
# Paths that a reader makes, with the third model of the documents or by running something.
MADE = (
    "reports/",
    "model/diabetes_progression",
    "load_tests/payloads/diabetes",
    "load_tests/scenarios/diabetes",
    "data/",
)

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@each_document
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", _code(document)))
    assert named <= make_targets()


@each_document
def test_every_module_that_is_named_can_be_run(document: Path) -> None:
    for module in re.findall(r"python -m ([\w.]+)", document.read_text(encoding="utf-8")):
        assert find_spec(module) is not None, module


@each_document
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)\)", document.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (document.parent / target).exists(), target


@each_document
def test_every_path_that_is_named_exists(document: Path) -> None:
    rooms = "model|service|load_tests|configuration|kubernetes|deployment|docs|tests|benchmarks|monitoring"
    for path in re.findall(rf"`((?:{rooms})/[\w./*-]*)`", document.read_text(encoding="utf-8")):
        assert path.startswith(MADE) or list(ROOT.glob(path)), path


@each_document
def test_every_setting_that_is_named_exists(document: Path) -> None:
    known = {f"SERVICE_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"\bSERVICE_[A-Z_]+\b", document.read_text(encoding="utf-8"))) <= known


@each_document
def test_every_number_with_a_source_stands_there(document: Path) -> None:
    """`1,338<!-- file.json#rows.kept -->`: the value in the file, rounded as it is written."""
    text = document.read_text(encoding="utf-8")
    assert refreshed(text) == text


def test_every_output_that_is_quoted_was_printed() -> None:
    quotes = re.findall(r"<!-- excerpt of (\S+) -->\n```\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert quotes
    for file, quoted in quotes:
        printed = [line.rstrip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
        lines = [line.rstrip() for line in quoted.splitlines() if line.strip() not in ("", "…")]
        assert lines
        assert [line for line in lines if line not in printed] == []


def test_the_table_of_scenarios_lists_them_all() -> None:
    text = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == {path.stem for path in SCENARIOS.glob("*.yaml")}


def test_the_scenario_in_the_documents_can_be_run(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    [whole] = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "whole.yaml").write_text(whole, encoding="utf-8")
    choose(str(tmp_path / "whole.yaml"))


def test_the_refusal_in_the_documents_is_the_one_that_is_printed(tmp_path: Path) -> None:
    short = (SCENARIOS / "staged.yaml").read_text(encoding="utf-8").replace("for: 20s", "for: 11s")
    (tmp_path / "staged.yaml").write_text(short, encoding="utf-8")
    with pytest.raises(ScenarioError) as refusal:
        choose(str(tmp_path / "staged.yaml"))
    printed = str(refusal.value).splitlines()[0]
    assert printed in (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8").splitlines()


def _code(document: Path) -> str:
    """What stands in a document as code: blocks and `spans`."""
    text = document.read_text(encoding="utf-8")
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
