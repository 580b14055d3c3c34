"""The walkthrough runs from top to bottom, and what is committed of it is a whole run that tells nothing private."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from notebooks.execute import MOST_BYTES, NOTEBOOK, clean, set_parameters, unfit
from tests.conftest import ROOT

PATIENCE_S = 600.0


@pytest.fixture(scope="module")
def committed() -> NotebookNode:
    """The notebook as it is committed."""
    return nbformat.read(NOTEBOOK, as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shortened(folder: Path) -> Path:
    """The scenarios of the notebook with two stages of five seconds at most, and an objective that those can prove."""
    for path in (ROOT / "notebooks" / "scenarios").glob("*.yaml"):
        text = path.read_text(encoding="utf-8").replace("p95: 100ms", "p50: 100ms")
        text = text.replace("seed: ", "golden: 0%, seed: ")  # too few to be noticed by that objective
        stages = re.findall(r"^  - \{name.*\}\n", text, re.MULTILINE)
        for stage in stages[1:-1]:
            text = text.replace(stage, "")
        (folder / path.name).write_text(re.sub(r"for: \d+s", "for: 5s", text), encoding="utf-8")
    return folder


def test_it_runs_from_top_to_bottom(tmp_path: Path) -> None:
    """Shortened: few rows, few predictions, seconds of load."""
    parameters = (f'SCENARIOS = "{shortened(tmp_path)}"', "MOST_ROWS = 300", "PREDICTIONS = 300")
    options = [option for parameter in parameters for option in ("--set", parameter)]
    command = [sys.executable, "-m", "notebooks.execute", "--output", str(tmp_path / "out.ipynb"), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    cells = code_cells(nbformat.read(tmp_path / "out.ipynb", as_version=4))
    assert [cell.execution_count for cell in cells] == [*range(1, len(cells) + 1)]


def test_what_is_committed_was_run_from_top_to_bottom(committed: NotebookNode) -> None:
    cells = code_cells(committed)
    assert [cell.execution_count for cell in cells] == [*range(1, len(cells) + 1)]
    pictures = [output for cell in cells for output in cell.outputs if "image/png" in output.get("data", {})]
    assert len(pictures) >= 8


def test_what_is_committed_is_small_and_tells_nothing_private(committed: NotebookNode) -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert unfit(committed, text) == []
    assert len(text) < MOST_BYTES
    assert not re.search(r"/(?:home|root|tmp|work|Users)/|\x1b\[", text)
    assert not [output for cell in code_cells(committed) for output in cell.outputs if output.get("name") == "stderr"]


def test_the_committed_runs_show_the_difference_that_the_text_speaks_of(committed: NotebookNode) -> None:
    """One user and several pass, the public does not; a disturbed machine would have shown something else."""
    shown = "".join(output.get("text", "") for cell in code_cells(committed) for output in cell.outputs)
    verdicts = dict(re.findall(r"^report: reports/walkthrough/(\w+)/.*\n(\w+) \(exit \d\)", shown, re.MULTILINE))
    assert verdicts == {"one_user": "PASS", "users": "PASS", "open": "FAIL"}


def test_it_defines_nothing_of_its_own(committed: NotebookNode) -> None:
    assert not [cell for cell in code_cells(committed) if re.search(r"^\s*(?:def|class)\s", cell.source, re.MULTILINE)]


def test_every_link_leads_somewhere(committed: NotebookNode) -> None:
    for cell in committed.cells:
        for target in re.findall(r"\]\(([^)#\s]+)\)", cell.source) if cell.cell_type == "markdown" else ():
            assert target.startswith("https://") or (NOTEBOOK.parent / target).exists(), target


def made_of(*outputs: NotebookNode) -> NotebookNode:
    cell = nbformat.v4.new_code_cell("MOST_ROWS = None", outputs=list(outputs), metadata={"tags": ["parameters"]})
    return nbformat.v4.new_notebook(cells=[cell, nbformat.v4.new_code_cell("print(MOST_ROWS)")])


def test_parameters_are_set_after_their_defaults() -> None:
    notebook = made_of()
    set_parameters(notebook, ["MOST_ROWS = 5"])
    assert [cell.source for cell in notebook.cells] == ["MOST_ROWS = None", "MOST_ROWS = 5", "print(MOST_ROWS)"]


def test_parameters_that_are_set_again_take_the_place_of_those_before() -> None:
    notebook = made_of()
    for assignments in (["MOST_ROWS = 5"], ["MOST_ROWS = 6"], []):
        set_parameters(notebook, assignments)
        assert [cell.source for cell in notebook.cells] == ["MOST_ROWS = None", *assignments, "print(MOST_ROWS)"]


def test_colours_and_carriage_returns_are_taken_out() -> None:
    notebook = made_of(nbformat.v4.new_output("stream", text="\x1b[1;32mPASS\x1b[0m\r\n"))
    clean(notebook)
    assert notebook.cells[0].outputs[0].text == "PASS\n"


@pytest.mark.parametrize("shown", [f"{ROOT}/model", "x.py:3: DeprecationWarning: old"])
def test_paths_and_warnings_keep_a_notebook_from_being_committed(shown: str) -> None:
    notebook = made_of(nbformat.v4.new_output("stream", text=shown))
    assert len(unfit(notebook, "short")) == 1


def test_a_large_notebook_is_not_to_be_committed() -> None:
    assert unfit(made_of(), "x" * (MOST_BYTES + 1)) == ["1,000,001 bytes are more than 1,000,000"]
