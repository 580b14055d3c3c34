"""The processes of a load test: who they are, and waiting for what they tell."""

import subprocess
import time
from pathlib import Path

LONGEST_RUN_S = 300.0


def wait_until_told(process: "subprocess.Popen[bytes]", output: Path, text: str) -> None:
    """Wait until a process has written `text` to its output."""
    deadline = time.monotonic() + LONGEST_RUN_S
    while text not in output.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"never said {text!r}: {output.read_text(encoding='utf-8')}")
        time.sleep(0.05)


def children_of(pid: int) -> list[int]:
    """Process ids of those that a process has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
