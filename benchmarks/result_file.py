"""The files in results/: what was measured, and on which machine."""

import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def machine() -> dict[str, object]:
    """Say where something was measured."""
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
    }


def write(path: Path, result: Mapping[str, Any]) -> None:
    """Write a result."""
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_part(path: Path, part: str, figures: object) -> None:
    """Write one part of a result, and leave the others as they are."""
    written = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    write(path, written | {part: figures, "machine": machine()})
