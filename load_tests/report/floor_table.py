"""The floor of a load generator for a terminal; its last line says what can be judged with it."""

import shutil
from pathlib import Path
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table

from load_tests.judging.floor import Floor, FloorRow
from load_tests.report.terminal import NARROWEST
from load_tests.specification.quantities import format_duration

USUAL_RATES_RPS = (50.0, 200.0)
HEAD = ("offered", "due", "p50 ms", "p99 ms", "p99 late ms", "CPU", "failed", "dropped", "kept up", "judges from")


def show(floor: Floor, path: Path, stream: TextIO) -> None:
    """Write the table, where the file is, and as the last line what the generator can do."""
    width = max(NARROWEST, shutil.get_terminal_size().columns)
    console = Console(file=stream, width=width, highlight=False, soft_wrap=True)
    which = "one process" if floor.processes == 1 else f"each of {floor.processes} processes"
    console.print(f"\nThe floor of {which} of this generator, on {floor.machine.cores:g} cores")
    console.print(_table(floor))
    if floor.disturbed:
        console.print("Something else used this machine meanwhile: calibrate again when it is idle", markup=False)
    console.print(f"floor: {path}", markup=False)
    console.print(abilities(floor), markup=False)


def _table(floor: Floor) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in HEAD:
        table.add_column(title, justify="right")
    for row in floor.rates:
        table.add_row(*cells(row, floor))
    return table


def cells(row: FloorRow, floor: Floor) -> tuple[str, ...]:
    """One line of the table."""
    times_ms = (row.p50_ms, row.p99_ms, row.lateness_p99_ms)
    tightest_s = floor.tightest_s(row.offered_rps) if row.kept_up else None
    return (
        f"{row.offered_rps:g}/s",
        str(row.due),
        *("–" if milliseconds is None else f"{milliseconds:.1f}" for milliseconds in times_ms),
        f"{row.cpu_share:.0%}",
        str(row.failed),
        str(row.dropped),
        "yes" if row.kept_up else "no",
        format_duration(tightest_s) if tightest_s else "–",
    )


def abilities(floor: Floor) -> str:
    """What the generator can do, and how it could do more, in one line."""
    further = "--processes N and the cores for them; connections: per_request costs more"
    if not floor.highest_rps:
        return f"This generator keeps up with none of these rates: something else uses this machine. Further: {further}"
    judged = {rate_rps: floor.tightest_s(rate_rps) for rate_rps in (*USUAL_RATES_RPS, floor.highest_rps)}
    thresholds = ", ".join(
        f"{format_duration(tightest_s)} at {rate_rps:g}/s"
        for rate_rps, tightest_s in sorted(judged.items())
        if tightest_s is not None
    )
    return (
        f"One process keeps up with {floor.highest_rps:g}/s, and judges thresholds from {thresholds}. "
        f"Further: {further}."
    )
