"""Which processes share the load of a run."""

import argparse
from dataclasses import dataclass

from load_tests.ports import free_port

MOST_PROCESSES = 64
WORKERS_PATIENCE_S = 120
"""How long a master waits for its workers."""


@dataclass(frozen=True)
class Sharing:
    """Processes of this machine, or else workers that connect from elsewhere."""

    processes: int = 1
    workers: int = 0

    @property
    def options(self) -> list[str]:
        """How Locust is told. Processes of this machine meet at a port that no other run uses."""
        if self.workers:
            patience = ("--expect-workers-max-wait", str(WORKERS_PATIENCE_S))
            return ["--master", "--expect-workers", str(self.workers), *patience]
        if self.processes == 1:
            return []
        port = str(free_port())
        return ["--processes", str(self.processes), "--master-bind-port", port, "--master-port", port]


ALONE = Sharing()


def process_count(text: str) -> int:
    """A number of processes as it is written on a command line."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_PROCESSES:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes from 1 to {MOST_PROCESSES}")
    return int(text)
