"""`python -m notebooks.execute`: run the walkthrough from top to bottom and keep its outputs, or say what is wrong."""

import argparse
import os
import re
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from traitlets.config import Config

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "notebooks" / "walkthrough.ipynb"
PATIENCE_S = 3600
MOST_BYTES = 1_000_000
FAILED = 1
SET = "injected-parameters"
"""Tag of the cell that gives parameters other values, as Papermill has it."""
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the notebook and write it; the exit code says whether it ran and may be committed."""
    options = _parser().parse_args(arguments)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    set_parameters(notebook, options.set)
    try:
        _client(notebook).execute(env=quiet_environment())
    except CellExecutionError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    clean(notebook)
    text = nbformat.writes(notebook) + "\n"
    options.output.write_text(text, encoding="utf-8")
    problems = unfit(notebook, text)
    sys.stdout.write("".join(f"{problem}\n" for problem in problems) or f"{options.output}: {len(text):,} bytes\n")
    return FAILED if problems else 0


def _client(notebook: NotebookNode) -> NotebookClient:
    """Return what runs it, in the folder of the repository and by sockets that nobody else can reach."""
    return NotebookClient(
        notebook,
        timeout=PATIENCE_S,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(ROOT)}},
        config=Config({"KernelManager": {"transport": "ipc"}}),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m notebooks.execute", description=__doc__)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter, as Python")
    parser.add_argument("--output", type=Path, default=NOTEBOOK, help="where the notebook goes (in place)")
    return parser


def set_parameters(notebook: NotebookNode, assignments: Sequence[str]) -> None:
    """Give parameters other values, in a cell of their own after the one that is tagged ``parameters``.

    It takes the place of that of an earlier run: the notebook may be executed in place, and again.
    """
    notebook.cells = [cell for cell in notebook.cells if SET not in cell.metadata.get("tags", [])]
    if assignments:
        tagged = ["parameters" in cell.metadata.get("tags", []) for cell in notebook.cells]
        cell = nbformat.v4.new_code_cell("\n".join(assignments), metadata={"tags": [SET]})
        notebook.cells.insert(tagged.index(True) + 1, cell)


def quiet_environment() -> dict[str, str]:
    """Return the environment of the kernel: no colours, and no settings of the person who runs it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SERVICE_")}
    return inherited | {"NO_COLOR": "1", "TERM": "dumb", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


def clean(notebook: NotebookNode) -> None:
    """Take out what would differ on the next machine: metadata of the kernel, and what colours leave behind."""
    notebook.metadata.pop("language_info", None)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = _ANSI.sub("", output.text).replace("\r\n", "\n")


def unfit(notebook: NotebookNode, text: str) -> list[str]:
    """Say what keeps the notebook from being committed: its size, warnings, paths and names of this machine."""
    problems = [f"{len(text):,} bytes are more than {MOST_BYTES:,}"] if len(text) > MOST_BYTES else []
    private = {str(ROOT), str(Path.home()), socket.gethostname(), os.environ.get("REAL_DATA_DIR", ""), "Warning:"}
    private -= {"", "/", "localhost"}
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            shown = _text_of(output)
            problems += [f"cell {number} shows {one}" for one in sorted(private) if one in shown]
    return problems


def _text_of(output: NotebookNode) -> str:
    data = output.get("data", {})
    return "\n".join([output.get("text", ""), *(str(data[kind]) for kind in data if kind.startswith("text/"))])


if __name__ == "__main__":
    sys.exit(main())
