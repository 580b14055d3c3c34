"""What the documents name exists, what they quote was printed, and what they count stands in the file they name."""

import re
from html import unescape
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.figures import documents, refreshed
from deployment.request import PlatformName, Where
from load_tests.__main__ import main as load_tests_command
from load_tests.judging.binomial import requests_to_prove
from load_tests.running.choice import choose
from load_tests.specification.errors import ScenarioError
from load_tests.specification.scenario import SCENARIOS
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

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@each_document
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", _code(document)))
    assert named <= make_targets()


@each_document
def test_every_value_that_make_is_given_is_one_it_takes(document: Path) -> None:
    """`SCENARIO=smoke`, `OVERLAY=autoscaled`: a scenario may also be a file of the reader's."""
    overlays = {path.name for path in (ROOT / "kubernetes" / "overlays").iterdir()}
    taken = {"OVERLAY": overlays, "PLATFORM": {*PlatformName}, "WHERE": {*Where}}
    for variable, value in re.findall(r"\b(SCENARIO|OVERLAY|PLATFORM|WHERE)=([\w./-]+)", document.read_text("utf-8")):
        if variable == "SCENARIO":
            scenario = f"load_tests/scenarios/{value}.yaml"
            assert value.endswith(".yaml") or scenario.startswith(MADE) or (ROOT / scenario).exists(), value
        else:
            assert value in taken[variable], f"{variable}={value}"


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
    rooms = "model|service|load_tests|notebooks|configuration|kubernetes|deployment|docs|tests|benchmarks|monitoring"
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


def test_some_outputs_are_quoted() -> None:
    assert {document.name for document in DOCUMENTS if _quotes(document)} >= {"README.md", "comparing.md"}


@each_document
def test_every_output_that_is_quoted_was_printed(document: Path) -> None:
    for file, quoted in _quotes(document):
        printed = [line.rstrip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
        lines = [line.rstrip() for line in quoted.splitlines() if line.strip() not in ("", "…")]
        assert lines
        assert [line for line in lines if line not in printed] == []


def test_the_table_of_scenarios_lists_them_all() -> None:
    text = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == {path.stem for path in SCENARIOS.glob("*.yaml")}


def test_pictures_are_small() -> None:
    pictures = [*(ROOT / "docs" / "pictures").iterdir()]
    assert {path.name for path in pictures} >= {"system.svg", "demo.svg", "report.png", "slo_tab.png"}
    assert [path.name for path in pictures if path.stat().st_size > 200_000] == []


def test_the_recorded_demo_is_the_one_that_is_quoted() -> None:
    shown = (ROOT / "docs" / "pictures" / "demo.svg").read_text(encoding="utf-8").replace("&#160;", " ")
    seen = _without_spaces(unescape(re.sub(r"<[^>]*>", "", shown)))
    printed = (ROOT / "docs" / "results" / "demo.txt").read_text(encoding="utf-8").rstrip().splitlines()
    verdict = next(number for number, line in enumerate(printed) if "(exit " in line)
    assert verdict > 20, "the first load test, from its start to its verdict"
    assert _without_spaces("".join([*printed[: verdict + 1], "…", printed[-1]])) in seen


def test_the_index_leads_to_every_document() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    beside_it = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert beside_it <= set(re.findall(r"\]\(([\w.]+)\)", index))


def test_the_page_of_results_names_every_file_of_them() -> None:
    files = {
        path.relative_to(ROOT) for folder in ("docs", "benchmarks") for path in (ROOT / folder).glob("results/**/*.*")
    }
    named = re.findall(
        r"`((?:docs|benchmarks)/results/[^`]+)`", (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    )
    assert {Path(name) for name in named} == files


def test_the_list_of_commands_has_every_target_and_variable_with_its_description() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):.*## (.*)$", makefile, re.MULTILINE)
    assert re.findall(r"^\| `make ([a-z-]+)` \| (.*) \|$", text, re.MULTILINE) == targets
    variables = re.findall(r"^([A-Z_]+) \?=|^(VENV|MODELS) :=", makefile, re.MULTILINE)
    listed = re.findall(
        r"^\| `([A-Z_]+)` \|", text.partition("Of make,")[2].partition("Of the environment")[0], re.MULTILINE
    )
    assert sorted(listed) == sorted(name for pair in variables for name in pair if name)


def test_the_list_of_commands_has_every_module_that_is_one() -> None:
    """Those that other commands start for themselves are left out, and the peers' own programs."""
    rooms = ("model", "service", "load_tests", "deployment", "notebooks", "benchmarks")
    files = [path.relative_to(ROOT) for room in rooms for path in (ROOT / room).rglob("*.py")]
    runnable = {file for file in files if '__name__ == "__main__"' in (ROOT / file).read_text(encoding="utf-8")}
    names = {
        ".".join(file.with_suffix("").parts).removesuffix(".__main__") for file in runnable if file.name != "serve.py"
    }
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `python -m ([\w.]+)", text, re.MULTILINE)) == names


def test_every_command_explains_itself_and_does_nothing_else() -> None:
    """Of a command that reads no arguments, `--help` would be the start of a service or of an hour's measurement."""
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    paths = [name.replace(".", "/") for name in re.findall(r"^\| `python -m ([\w.]+)", text, re.MULTILINE)]
    files = [ROOT / (f"{path}.py" if (ROOT / f"{path}.py").exists() else f"{path}/__main__.py") for path in paths]
    reads_arguments = re.compile(r"ArgumentParser\(|^from benchmarks\.parts import", re.MULTILINE)
    assert [file for file in files if not reads_arguments.search(file.read_text(encoding="utf-8"))] == []


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


def test_the_scenario_of_ones_own_is_checked_and_refused_as_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs" / "bring_your_own_scenario.md").read_text(encoding="utf-8")
    [scenario] = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    [printed] = re.findall(r"<!-- printed -->\n```\n(.*?)```", text, re.DOTALL)
    [refused] = re.findall(r"<!-- refused -->\n```\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "my_scenario.yaml"
    path.write_text(scenario, encoding="utf-8")
    assert load_tests_command(["check", str(path)]) == 0
    assert capsys.readouterr().out == printed
    path.write_text(scenario.replace("15/s,  for: 35s}", "15/s,  for: 20s}", 1), encoding="utf-8")
    assert load_tests_command(["check", str(path)]) == 2
    assert refused in capsys.readouterr().err


def test_the_table_of_what_proofs_take_is_right() -> None:
    text = (ROOT / "docs" / "bring_your_own_scenario.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(?:p|errors: )([\d.]+)[:%].*?` \| ([\d,]+) \|", text, re.MULTILINE)
    allowed = [round(float(number) if float(number) < 50 else 100 - float(number), 6) / 100 for number, _ in rows]
    proofs = [requests_to_prove(0, share, 0.95) for share in allowed]
    assert [f"{proof:,}" for proof in proofs] == [written for _, written in rows]
    assert len(rows) == 3


def _quotes(document: Path) -> list[tuple[str, str]]:
    """Excerpts in a document, each with the file that it is taken from."""
    return re.findall(r"<!-- excerpt of (\S+) -->\n```\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)


def _without_spaces(text: str) -> str:
    return "".join(text.split())


def _code(document: Path) -> str:
    """What stands in a document as code: blocks and `spans`."""
    text = document.read_text(encoding="utf-8")
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
