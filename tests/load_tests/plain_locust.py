"""Plain Locust with a load test of `naive/`, as its author would start it."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.load_tests.processes import LONGEST_RUN_S, wait_until_told

NAIVE = Path(__file__).with_name("naive")


@dataclass(frozen=True)
class Totals:
    """What Locust's last tables say of all requests together; times are in milliseconds."""

    requests: int
    failures: int
    max_ms: int
    p50_ms: int
    p99_ms: int

    @classmethod
    def of(cls, output: str) -> "Totals":
        """Read the lines of `Aggregated` in the tables that Locust ends with."""
        rows = (line.split() for line in output.splitlines())
        [*_, counts, percentiles] = [row for row in rows if row[:1] == ["Aggregated"]]
        return cls(
            requests=int(counts[1]),
            failures=int(counts[2].partition("(")[0]),
            max_ms=int(counts[6]),
            p50_ms=int(percentiles[1]),
            p99_ms=int(percentiles[8]),
        )


class PlainRun:
    """A run of one of them under way."""

    def __init__(self, name: str, host: str, folder: Path, *options: str) -> None:
        self.html = folder / "run.html"
        self._output = folder / "output.txt"
        command = [sys.executable, "-m", "locust", "-f", str(NAIVE / f"{name}.py"), "--headless", "--only-summary"]
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "--host", host, "--html", str(self.html), *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        """Everything it has written so far."""
        return self._output.read_text(encoding="utf-8")

    @property
    def totals(self) -> Totals:
        """What it counted."""
        return Totals.of(self.output)

    def wait_for_users(self) -> None:
        """Wait until all its users are there."""
        wait_until_told(self.process, self._output, "All users spawned")

    def stop_after(self, seconds: float) -> int:
        """End it so long after all its users were there; the exit code.

        Its own `--run-time` counts what starting takes as well, which is seconds on a busy machine.
        """
        self.wait_for_users()
        time.sleep(seconds)
        self.process.send_signal(signal.SIGTERM)
        return self.finish()

    def finish(self) -> int:
        """Wait for the end; the exit code."""
        return self.process.wait(LONGEST_RUN_S)


StartPlain = Callable[..., PlainRun]
