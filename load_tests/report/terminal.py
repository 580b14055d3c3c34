"""The report for a terminal; its last line is the verdict."""

import shutil
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table as RichTable

from load_tests.report.run_report import RunReport
from load_tests.report.tables import Table, objective_table, stage_table
from load_tests.verdict import Verdict

NARROWEST = 110
COLOURS = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.INCONCLUSIVE: "yellow", Verdict.INVALID: "magenta"}


def show(report: RunReport, folder: str, stream: TextIO) -> None:
    """Write the tables, where the reports are, and the verdict."""
    console = Console(file=stream, width=max(NARROWEST, shutil.get_terminal_size().columns), highlight=False)
    console.print(f"\nScenario [bold]{report.scenario}[/] against {report.facts.target}")
    if report.facts.service.emulated_cpu_ms:
        console.print(
            f"The service burns {report.facts.service.emulated_cpu_ms:g} ms of CPU at each prediction on purpose."
        )
    console.print(_rich(stage_table(report)))
    console.print(_rich(objective_table(report)))
    for kind, count in report.failures.items():
        console.print(f"seen {count} times over the whole run: {kind}")
    for reason in report.invalid_because:
        console.print(f"[magenta]cannot be trusted:[/] {reason}")
    console.print(f"reports: {folder}")
    say_verdict(report.verdict, report.reason, stream)


def say_verdict(verdict: Verdict, reason: str, stream: TextIO) -> None:
    """Write the verdict as one line, which scripts can read even where `make` hides the exit code."""
    console = Console(file=stream, highlight=False, soft_wrap=True)
    console.print(f"[bold {COLOURS[verdict]}]{verdict}[/] (exit {verdict.exit_code}): ", end="")
    console.print(reason, markup=False)


def _rich(table: Table) -> RichTable:
    rich = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, title in enumerate(table.head):
        rich.add_column(title, justify="right" if number in table.numeric else "left", no_wrap=number in table.numeric)
    for row in table.rows:
        rich.add_row(*(_coloured(cell) for cell in row))
    return rich


def _coloured(cell: str) -> str:
    return f"[bold {COLOURS[Verdict(cell)]}]{cell}[/]" if cell in list(Verdict) else cell.replace("[", r"\[")
