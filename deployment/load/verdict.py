"""The verdict on a load test whose reports came from elsewhere, and its exit code, as `docs/verdicts.md` has them."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError

from deployment.commands import attempt
from deployment.console import say

REFUSED = 2
INVALID = 4
_NAMES = {0: "PASS", 1: "FAIL", REFUSED: "refused", 3: "INCONCLUSIVE", INVALID: "INVALID"}
_FROM_BEST_TO_WORST = (0, 3, 1, REFUSED, INVALID)


class _Run(BaseModel):
    """What is read here of `run.json`."""

    verdict: str
    exit_code: int
    reason: str


def conclude(folder: Path, pod_exit_code: int | None, cluster_record: Path | None) -> int:
    """Show the reports in a folder and return the exit code; a verdict that the pod does not confirm is none."""
    try:
        run = _Run.model_validate_json((folder / "run.json").read_bytes())
    except (OSError, ValidationError):
        say_invalid(f"the load generator ended with {pod_exit_code} and without a verdict: {folder / 'locust.log'}")
        return INVALID
    if run.exit_code not in (INVALID, pod_exit_code):
        say_invalid(f"the report in {folder} says {run.verdict}, and its pod ended with {pod_exit_code}")
        return INVALID
    if cluster_record is not None and (joined := _join(folder, cluster_record)) in _NAMES.keys() - {REFUSED}:
        return joined
    _draw(folder)
    say(f"report: {folder / 'report.html'}\n{run.verdict} (exit {run.exit_code}): {run.reason}")
    return run.exit_code


def _join(folder: Path, cluster_record: Path) -> int:
    """Have a run judged by the record of its cluster as well, and shown; the exit code of that."""
    command = [sys.executable, "-m", "load_tests.cluster", "join", str(folder), "--record", str(cluster_record)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, start_new_session=True, check=False).returncode


def _draw(folder: Path) -> None:
    """Draw the page of a run here: the image in the cluster has nothing to draw with."""
    drawn = attempt([sys.executable, "-m", "load_tests.report", str(folder)])
    if drawn.exit_code != 0:
        say(f"note: the page of the run was not drawn: {drawn.complaint}")


def say_invalid(reason: str) -> None:
    """Say the verdict on a run that has none of its own."""
    say(f"INVALID (exit {INVALID}): {reason}")


def worst(codes: Sequence[int]) -> int:
    """Return the exit code of several scenarios."""
    return max(codes, key=_FROM_BEST_TO_WORST.index)


def say_all(names: Sequence[str], codes: Sequence[int]) -> None:
    """Say the verdict on several scenarios."""
    code = worst(codes)
    each = ", ".join(f"{name} {_NAMES[one]}" for name, one in zip(names, codes, strict=True))
    say(f"{_NAMES[code]} (exit {code}): {each}")
