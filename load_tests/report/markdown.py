"""The report as Markdown, for a file beside `run.json` and for the summary of a GitHub workflow step."""

from collections.abc import Iterator

from load_tests.report.cluster_text import cluster_notes, cluster_sentence
from load_tests.report.run_report import RunReport
from load_tests.report.tables import Table, as_sentence, objective_table, remarks, stage_table

FILE_NAME = "report.md"


def render(report: RunReport) -> str:
    """The whole report."""
    lines = [
        f"## {report.verdict}: {report.scenario}",
        "",
        f"{as_sentence(report.reason)} "
        f"Load on `{report.facts.target}` from {report.facts.started_at:%Y-%m-%d %H:%M} UTC, "
        f"{report.ended_after_s:.0f} s.",
        "",
        *(f"- Cannot be trusted: {reason}" for reason in report.invalid_because),
        *([""] if report.invalid_because else []),
        *_markdown(objective_table(report)),
        "",
        *_markdown(stage_table(report)),
        "",
        *(f"- {remark}" for remark in _told(report)),
        "",
        f"Latencies count from the moment a request was due. Again: `{report.facts.command}`",
        "",
    ]
    return "\n".join(lines)


def _told(report: RunReport) -> Iterator[str]:
    if sentence := cluster_sentence(report):
        yield f"The cluster: {sentence}"
    yield from cluster_notes(report)
    yield from remarks(report)


def _markdown(table: Table) -> list[str]:
    rule = ["--:" if number in table.numeric else ":--" for number in range(len(table.head))]
    return [f"| {' | '.join(_escaped(cell) for cell in row)} |" for row in (table.head, rule, *table.rows)]


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")
