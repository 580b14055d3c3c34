"""Figures in the documents, each with the place it comes from: `1,338<!-- file.json#rows.kept -->`.

`python -m benchmarks.figures` writes all of them again, with as many decimals as they have.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FIGURE = re.compile(r"([\d.,]+)<!-- ([\w/.]+)#([\w.]+) -->")


def documents() -> Iterator[Path]:
    """Yield the files in which figures stand."""
    yield from (ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md"))
    yield from sorted((ROOT / "docs").glob("**/*.md"))


def refreshed(text: str) -> str:
    """Return a text with every figure as the file that it names has it now."""
    return FIGURE.sub(_refreshed, text)


def _refreshed(figure: re.Match[str]) -> str:
    written, file, pointer = figure.groups()
    decimals = len(written.partition(".")[2])
    return f"{_value(file, pointer):,.{decimals}f}<!-- {file}#{pointer} -->"


def _value(file: str, pointer: str) -> float:
    value = json.loads((ROOT / file).read_text(encoding="utf-8"))
    for key in pointer.split("."):
        value = value[int(key) if isinstance(value, list) else key]
    return float(value)


def main() -> None:
    """Write all documents again that have figures."""
    for document in documents():
        text = document.read_text(encoding="utf-8")
        if (new := refreshed(text)) != text:
            document.write_text(new, encoding="utf-8")
            print(f"wrote {document}", file=sys.stderr)


if __name__ == "__main__":
    argparse.ArgumentParser("python -m benchmarks.figures", description=__doc__).parse_args()
    main()
