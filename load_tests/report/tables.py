"""A report as text: what happened stage by stage, what each objective came to, and what else is to be known."""

from collections.abc import Iterator
from dataclasses import dataclass

from load_tests.report.run_report import ObjectiveReport, RunReport, StageReport

MUCH_LESS = 0.95
"""Below this share of what they would have asked, closed users are said to have given way."""


@dataclass(frozen=True)
class Table:
    """A table of text; `numeric` columns are aligned to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int]


def stage_table(report: RunReport) -> Table:
    """One row a stage; latencies are of correct answers, in milliseconds."""
    head = ("stage", "offered", "due", "correct", "failed", "p50 ms", "p95 ms", "p99 ms", "max ms")
    rows = tuple(_stage_row(stage) for stage in report.stages)
    return Table(head, rows, frozenset(range(1, len(head))))


def _stage_row(stage: StageReport) -> tuple[str, ...]:
    latency = stage.latency_ms
    latencies = (latency.p50, latency.p95, latency.p99, latency.max) if latency else ()
    failed = ", ".join(f"{count} {kind}" for kind, count in stage.failed.items())
    if stage.dropped:
        failed = ", ".join(filter(None, (failed, f"{stage.dropped} dropped")))
    return (
        stage.name if stage.judged else f"{stage.name} (not judged)",
        f"{stage.offered_rps:g}/s" + (f" ({stage.users} users)" if stage.users else ""),
        str(stage.due),
        str(stage.correct),
        failed or "0",
        *(f"{milliseconds:.1f}" for milliseconds in latencies),
        *("–" for _ in range(4 - len(latencies))),
    )


def remarks(report: RunReport) -> Iterator[str]:
    """What a reader should know beside the tables."""
    if report.facts.service.emulated_cpu_ms:
        yield f"The service burns {report.facts.service.emulated_cpu_ms:g} ms of CPU at each prediction on purpose."
    for stage in report.stages:
        asked = stage.offered_rps * (stage.ends_s - stage.judged_from_s)
        if stage.users and stage.judged and stage.due < MUCH_LESS * asked:
            yield (
                f"{stage.name}: its users would have asked {asked:.0f} times, and asked {stage.due} times: "
                "closed users ask less when answers are slow."
            )
    for kind, count in report.failures.items():
        yield f"seen {count} times over the whole run: {kind}"


def objective_table(report: RunReport) -> Table:
    """One row an objective."""
    rows = tuple((row.where, row.objective, _evidence(row), row.verdict.value) for row in report.objectives)
    return Table(("stage", "objective", "evidence", "verdict"), rows, frozenset())


def _evidence(row: ObjectiveReport) -> str:
    """The counts, in how many seconds the bad ones fell, and between what the percentile lies by the bootstrap."""
    seconds = f", in {row.bad_seconds} s" if row.bad_seconds and row.bad > 1 else ""
    if row.interval_ms is None or not row.replicates_ms or row.interval_ms[0] is None:
        return row.evidence + seconds
    low_ms, high_ms = row.interval_ms
    until = "ms or more" if high_ms is None else f"to {high_ms:g} ms"
    return f"{row.evidence}{seconds}; {low_ms:g} {until} by resampling"
