"""What a service's process says of itself between runs: who it is, and the CPU time it has used, as in `/metrics`."""

import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Self

from load_tests.recording.servers import HEADER
from load_tests.report.run_report import RunReport

PATIENCE_S = 5.0
LONGEST_BYTES = 1 << 22
MOST_FAILED = 0.01
"""Of the requests of a probe that tells what one costs: refusals cost less than answers."""
SOURCE = "process_cpu_seconds_total in /metrics"
_cpu_s = re.compile(r"^process_cpu_seconds_total (\S+)", re.MULTILINE).search
_started_s = re.compile(r"^process_start_time_seconds (\S+)", re.MULTILINE).search


@dataclass(frozen=True)
class Process:
    """Which process answers, as far as it says."""

    served_by: str = ""
    started_s: float | None = None
    """Since 1970."""


@dataclass(frozen=True)
class Look:
    """What a process said of itself at one time."""

    at_s: float
    """Of a clock of our own."""
    process: Process
    cpu_s: float | None
    """CPU time that it had used by then; None if it does not say."""


@dataclass(frozen=True)
class CpuUse:
    """The CPU time of a process from before a run until after it."""

    cpu_s: float
    elapsed_s: float
    load_s: float
    """How long of that there was load."""
    due: int
    answered: int
    """Correctly."""

    @classmethod
    def between(cls, before: Look, after: Look, report: RunReport) -> Self | None:
        """What a run used; None if the service does not say."""
        if before.cpu_s is None or after.cpu_s is None:
            return None
        return cls(
            cpu_s=after.cpu_s - before.cpu_s,
            elapsed_s=after.at_s - before.at_s,
            load_s=report.ended_after_s,
            due=sum(report.seconds.due),
            answered=sum(report.seconds.correct),
        )

    def loaded_cores(self, idle_cores: float) -> float | None:
        """Cores used while there was load; without it, the process used its idle share. None if there was no load."""
        idle_s = idle_cores * max(0.0, self.elapsed_s - self.load_s)
        return max(0.0, self.cpu_s - idle_s) / self.load_s if self.load_s else None

    @property
    def tells_of_answers(self) -> bool:
        """Whether nearly all requests were answered correctly."""
        return self.due > 0 and self.answered >= (1 - MOST_FAILED) * self.due


def look_at(host: str, clock: Callable[[], float] = time.monotonic) -> Look:
    """Ask the service at a base URL, on a connection of its own; what it does not say is left open."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    text, headers = "", Message()
    try:
        with direct.open(f"{host}/metrics", timeout=PATIENCE_S) as answer:
            text, headers = answer.read(LONGEST_BYTES).decode(errors="replace"), answer.headers
    except urllib.error.HTTPError as error:  # it has no metrics, but may say who it is
        with error:
            headers = error.headers
    except (OSError, http.client.HTTPException, ValueError):
        pass
    return Look(clock(), Process(headers.get(HEADER, ""), _number(_started_s(text))), _number(_cpu_s(text)))


def _number(found: re.Match[str] | None) -> float | None:
    try:
        return float(found[1]) if found else None
    except ValueError:
        return None


def idle_cores(before: Look, after: Look) -> float | None:
    """Cores that a process uses while nothing is asked of it; None if it does not say."""
    if before.cpu_s is None or after.cpu_s is None or after.at_s <= before.at_s or before.process != after.process:
        return None
    return (after.cpu_s - before.cpu_s) / (after.at_s - before.at_s)


def cpu_s_per_request(uses: Sequence[CpuUse], idle: float) -> float | None:
    """CPU time that each request costs beyond the idle share, over all runs that were answered; None without one.

    A ratio of sums, not a fitted line: that would take its idle share from how a request's cost changes with the rate.
    """
    told = [use for use in uses if use.tells_of_answers]
    answered = sum(use.answered for use in told)
    used_s = sum(use.cpu_s - idle * use.elapsed_s for use in told)
    return max(0.0, used_s) / answered if answered else None
