"""The report for a terminal; its last line is the verdict."""

import io
import os
import shutil
import sys
from collections.abc import Mapping
from typing import TextIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from load_tests.judging.judgement import Verdict
from load_tests.report.cluster_text import cluster_notes, cluster_sentence
from load_tests.report.run_report import RunReport
from load_tests.report.tables import Table, objective_table, remarks, stage_table

NARROWEST = 114
COLOURS: Mapping[str, str] = {
    Verdict.PASS: "green",
    Verdict.FAIL: "red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.INVALID: "magenta",
}


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Go on in silence when nobody reads any more: Rich would exit with 1, which here means FAIL."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def survive_any_encoding() -> None:
    """Write a question mark for what the terminal cannot show, such as ≤, rather than nothing at all."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def show(report: RunReport, path: str, stream: TextIO) -> None:
    """Write the tables, what else is to be known, the path of the report to look at, and the verdict."""
    console = console_on(stream)
    console.print(f"\nScenario [bold]{escape(report.scenario)}[/] against {escape(report.facts.target)}")
    console.print(rich_table(stage_table(report)))
    console.print(rich_table(objective_table(report)))
    if sentence := cluster_sentence(report):
        console.print(sentence, markup=False)
    for remark in (*cluster_notes(report), *remarks(report)):
        console.print(remark, markup=False)
    for reason in report.invalid_because:
        console.print(f"[magenta]cannot be trusted:[/] {escape(reason)}")
    console.print(f"report: {path}", markup=False, soft_wrap=True)
    say_verdict(report.verdict, report.reason, stream)


def console_on(stream: TextIO) -> Console:
    """A console wide enough for tables."""
    return _Console(file=stream, width=max(NARROWEST, shutil.get_terminal_size().columns), highlight=False)


def say_verdict(verdict: Verdict, reason: str, stream: TextIO) -> None:
    """Write the verdict as one line, which scripts can read even where `make` hides the exit code."""
    say_result(verdict, COLOURS[verdict], verdict.exit_code, reason, stream)


def say_result(word: str, colour: str, exit_code: int, reason: str, stream: TextIO) -> None:
    """Write a last line: the word that counts, the exit code and the reason."""
    console = _Console(file=stream, highlight=False, soft_wrap=True)
    console.print(f"[bold {colour}]{word}[/] (exit {exit_code}): {escape(' '.join(reason.split()))}")


def rich_table(table: Table, colours: Mapping[str, str] = COLOURS) -> RichTable:
    """A table for the console; cells that are one of the words in `colours` are coloured."""
    rich = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, title in enumerate(table.head):
        rich.add_column(title, justify="right" if number in table.numeric else "left", no_wrap=number in table.numeric)
    for row in table.rows:
        rich.add_row(*(f"[bold {colours[cell]}]{cell}[/]" if cell in colours else escape(cell) for cell in row))
    return rich
