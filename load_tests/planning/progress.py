"""A search for the capacity of one replica on a terminal: a line a probe, a table, and what was found."""

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from rich.markup import escape

from load_tests.judging.judgement import Verdict
from load_tests.planning.capacity import Capacity, Probe
from load_tests.planning.findings import cost
from load_tests.planning.search import End, Next
from load_tests.report import terminal
from load_tests.report.tables import Table
from load_tests.specification.quantities import format_duration
from load_tests.specification.scenario import Scenario
from load_tests.specification.timeline import timeline_of

FOUND, NOTHING_PROVEN = 0, Verdict.INCONCLUSIVE.exit_code
HEAD = ("rate", "verdict", "due", "correct", "p50 ms", "p95 ms", "p99 ms", "cores used")


class Progress:
    """Tells of a search as it goes on; each probe's line is begun before and completed after it."""

    def __init__(self, stream: TextIO) -> None:
        self._console = terminal.console_on(stream)

    def say(self, text: str) -> None:
        """Write a line."""
        self._console.print(text, markup=False, soft_wrap=True)

    def begin(self, number: int, scenario: Scenario, step: Next) -> None:
        """Say which rate is offered now, and for how long."""
        what = "confirms" if step.confirms else ""
        lasts = format_duration(timeline_of(scenario).ends_s)
        text = f"{number:>2}  {f'{step.rate_rps:g}/s':>7}  up to {lasts:<10}  {what:<8}  "
        self._console.print(text, end="", markup=False, soft_wrap=True)

    def end(self, probe: Probe) -> None:
        """Say what came of it."""
        colour = terminal.COLOURS[probe.verdict]
        padding = " " * (len(Verdict.INCONCLUSIVE) - len(probe.verdict))
        told = ", ".join(_figures(probe)) if probe.verdict is Verdict.PASS else probe.reason
        self._console.print(f"[bold {colour}]{probe.verdict}[/]{padding}  {escape(told)}", soft_wrap=True)


def _figures(probe: Probe) -> Iterator[str]:
    if probe.p99_ms is not None:
        yield f"p99 {probe.p99_ms:.3g} ms"
    if probe.cores_used is not None:
        yield f"{probe.cores_used:.2f} cores"


def show(capacity: Capacity, folder: Path, written: str, stream: TextIO) -> int:
    """Write the table, where everything is, and the last line; the exit code that it names."""
    console = terminal.console_on(stream)
    console.print(terminal.rich_table(capacity_table(capacity)))
    console.print(f"reports: {folder}", markup=False, soft_wrap=True)
    console.print(f"capacity: {written}", markup=False, soft_wrap=True)
    word, colour, exit_code = _result(capacity)
    found = cost(capacity.cpu_ms_per_request, capacity.idle_cores)
    terminal.say_result(word, colour, exit_code, "; ".join(filter(None, (capacity.reason, found))), stream)
    return exit_code


def _result(capacity: Capacity) -> tuple[str, str, int]:
    if capacity.ended is End.UNTRUSTED:
        return Verdict.INVALID.value, "magenta", Verdict.INVALID.exit_code
    if not capacity.confirmed:
        return "NOTHING PROVEN", "yellow", NOTHING_PROVEN
    return "FOUND", "green", FOUND


def capacity_table(capacity: Capacity) -> Table:
    """One row a probe, the rates rising."""
    rising = sorted(capacity.probes, key=lambda probe: probe.rate_rps)
    return Table(HEAD, tuple(_row(probe) for probe in rising), frozenset({0, *range(2, len(HEAD))}))


def _row(probe: Probe) -> tuple[str, ...]:
    times_ms = (probe.p50_ms, probe.p95_ms, probe.p99_ms)
    return (
        f"{probe.rate_rps:g}/s",
        probe.verdict.value,
        str(probe.due),
        str(probe.correct),
        *("–" if milliseconds is None else f"{milliseconds:.1f}" for milliseconds in times_ms),
        "–" if probe.cores_used is None else f"{probe.cores_used:.2f}",
    )
