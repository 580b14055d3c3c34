"""The files in results/: what was measured, on which machine, and at which commit."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).parents[1]
CODE = ("*.py", "*.yaml", "*.txt", "model/*/artifact")
"""What may change a result; other results and documents do not."""


def machine() -> dict[str, object]:
    """Say where something was measured."""
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
    }


def commit() -> str:
    """Say what was measured: the commit, with a + if code was changed after it; "unknown" without git."""
    try:
        return _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain", "--", *CODE) else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def write(path: Path, result: Mapping[str, Any]) -> None:
    """Write a result, with the commit."""
    _write(path, dict(result) | {"commit": commit()})


def _write(path: Path, result: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_part(path: Path, part: str, figures: object) -> None:
    """Write one part of a result with its commit, and leave the others as they are."""
    written = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    commits = written.get("commits", {}) | {part: commit()}
    _write(path, written | {part: figures, "commits": commits, "machine": machine()})
