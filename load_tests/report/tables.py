"""A report as text: what happened stage by stage, what each objective came to, and what else is to be known."""

from collections.abc import Iterator
from dataclasses import dataclass

from load_tests.report.objective_report import ObjectiveReport
from load_tests.report.run_report import RunReport
from load_tests.report.series import GeneratorReport
from load_tests.report.stage_report import StageReport
from load_tests.specification.quantities import format_users

MUCH_LESS = 0.95
"""Below this share of what they would have asked, closed users are said to have given way."""


@dataclass(frozen=True)
class Table:
    """A table of text; `numeric` columns are aligned to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int]


def as_sentence(text: str) -> str:
    """A text with a capital and a full stop; empty if there is none."""
    return f"{text[0].upper()}{text[1:]}." if text else ""


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
        f"{stage.offered_rps:g}/s" + (f" ({format_users(stage.users)})" if stage.users else ""),
        str(stage.due),
        str(stage.correct),
        failed or "0",
        *(f"{milliseconds:.1f}" for milliseconds in latencies),
        *("–" for _ in range(4 - len(latencies))),
    )


def remarks(report: RunReport) -> Iterator[str]:
    """What a reader should know beside the tables."""
    yield from distortions(report)
    for kind, count in report.failures.items():
        yield f"seen {count} times over the whole run: {kind}"


def distortions(report: RunReport) -> Iterator[str]:
    """What makes the numbers others than they would be otherwise."""
    if report.facts.service.emulated_cpu_ms:
        yield f"The service burns {report.facts.service.emulated_cpu_ms:g} ms of CPU at each prediction on purpose."
    for stage in report.stages:
        asked = stage.offered_rps * (stage.ends_s - stage.judged_from_s)
        if stage.users and stage.judged and stage.due < MUCH_LESS * asked:
            yield (
                f"{stage.name}: its users would have asked {asked:.0f} times, and asked {stage.due} times: "
                "closed users ask less when answers are slow."
            )


def failure_table(report: RunReport) -> Table:
    """One row a kind of failure, the most frequent first."""
    by_count = sorted(report.failures.items(), key=lambda failure: -failure[1])
    return Table(("what was seen", "times"), tuple((kind, str(count)) for kind, count in by_count), frozenset({1}))


def generator_table(report: RunReport) -> Table:
    """One row a process that offered load."""
    head = ("process", "host", "cores", "CPU mean", "CPU most", "latest ms", "in flight", "stood still ms")
    rows = tuple(_generator_row(generator) for generator in report.generators)
    return Table(head, rows, frozenset(range(2, len(head))))


def _generator_row(generator: GeneratorReport) -> tuple[str, ...]:
    mean = sum(generator.cpu_share) / len(generator.cpu_share) if generator.cpu_share else 0.0
    return (
        generator.name,
        generator.host,
        f"{generator.cores:g}",
        f"{mean:.0%}",
        f"{max(generator.cpu_share, default=0.0):.0%}",
        f"{max(generator.latest_ms, default=0.0):.1f}",
        str(max(generator.in_flight, default=0)),
        f"{sum(generator.paused_ms):.0f}",
    )


def objective_table(report: RunReport) -> Table:
    """One row an objective."""
    head = ("stage", "objective", "evidence", "percentile ms", "verdict")
    rows = tuple(
        (row.where, row.objective, _evidence(row), _percentile(row), row.verdict.value) for row in report.judged
    )
    return Table(head, rows, frozenset())


def _evidence(row: ObjectiveReport) -> str:
    """The counts, and in how many seconds the bad ones fell."""
    counted = f"{row.bad} of {row.due} bad"
    in_seconds = f"{counted} in {row.bad_seconds} s"
    return row.evidence.replace(counted, in_seconds, 1) if row.bad_seconds and row.bad > 1 else row.evidence


def _percentile(row: ObjectiveReport) -> str:
    """The percentile that was seen, and if the run was long enough, between what it lies: `3.6 (3.1–4.1)`."""
    if row.interval_ms is None or not row.due:
        return ""
    seen, *bounds = (_milliseconds(latency_ms) for latency_ms in (row.seen_ms, *row.interval_ms))
    return f"{seen} ({'–'.join(bounds)})" if row.replicates_ms and {*bounds} != {seen} else seen


def _milliseconds(latency_ms: float | None) -> str:
    """Three digits; requests without a right answer count as infinitely late."""
    return "\N{INFINITY}" if latency_ms is None else f"{latency_ms:.3g}" if latency_ms < 100 else f"{latency_ms:.0f}"
