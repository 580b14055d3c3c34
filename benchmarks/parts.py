"""The command of a benchmark that has several parts, each of which can be measured alone."""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.result_file import write_part

Parts = Mapping[str, Callable[[], object]]
"""What measures each part, by its name."""


def chosen_parts(parser: argparse.ArgumentParser, parts: Parts, arguments: Sequence[str] | None) -> Parts:
    """Return the parts that the command line of a benchmark asks for: all, if it names none."""
    parser.add_argument("parts", nargs="*", choices=[*parts, []], help="default: all", metavar="PART")
    return {part: parts[part] for part in parser.parse_args(arguments).parts or parts}


def measure(parts: Parts, result_file: Path) -> None:
    """Measure one part after the other, and write each down before the next."""
    for part, measured in parts.items():
        figures = measured()
        write_part(result_file, part, figures)
        print(json.dumps({part: figures}, indent=2))
