"""The report as one HTML page for people: it loads nothing and runs no script, so that it opens anywhere and prints."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from load_tests.judging.judgement import Verdict
from load_tests.report.charts.drawn import draw_all
from load_tests.report.charts.palette import Colour
from load_tests.report.cluster_text import autoscaler_words, cluster_notes, cluster_sentence, pod_table
from load_tests.report.run_report import RunReport
from load_tests.report.tables import (
    as_sentence,
    distortions,
    failure_table,
    generator_table,
    objective_table,
    stage_table,
)
from load_tests.specification.quantities import format_duration, format_share

MEANINGS = {
    Verdict.PASS: "Every objective is kept, proven at the stated confidence.",
    Verdict.FAIL: "At least one objective is proven broken.",
    Verdict.INCONCLUSIVE: "Nothing is proven broken, but not everything is proven kept: more requests would settle it.",
    Verdict.INVALID: "The measurement cannot be trusted. The objectives are shown, but nothing follows from them.",
}


@dataclass(frozen=True)
class Fact:
    """A line of what is to be known of a run."""

    name: str
    value: str


def render(report: RunReport) -> str:
    """The whole page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    *over_run, health = draw_all(report)
    return environment.get_template("page.html").render(
        report=report,
        reason=as_sentence(report.reason),
        meaning=MEANINGS[report.verdict],
        verdicts=[*Verdict],
        glance=[*_glance(report)],
        objectives=objective_table(report),
        notes=[*distortions(report)],
        over_run=over_run,
        cluster_sentence=cluster_sentence(report),
        cluster_notes=[*cluster_notes(report)],
        pods=pod_table(report),
        health=health,
        stages=stage_table(report),
        not_judged={number for number, stage in enumerate(report.stages) if not stage.judged},
        sampled=any(generator.at_s for generator in report.generators),
        generators=generator_table(report),
        failures=failure_table(report),
        facts=[*_facts(report)],
        palette=[*Colour],
    )


def _glance(report: RunReport) -> Iterator[Fact]:
    """What is asked first of any run."""
    due, correct = sum(report.seconds.due), sum(report.seconds.correct)
    yield Fact("Started", f"{report.facts.started_at:%Y-%m-%d %H:%M} UTC")
    yield Fact("Lasted", format_duration(report.ended_after_s))
    yield Fact("Requests", f"{due:,}")
    if due:
        yield Fact("Answered correctly", format_share(correct / due))
    yield Fact("Confidence", format_share(report.confidence))


def _facts(report: RunReport) -> Iterator[Fact]:
    """What it takes to know what was measured, and with what."""
    service = report.facts.service
    yield Fact("Target", report.facts.target)
    yield Fact("Model", f"{report.model} {service.version}".strip())
    yield Fact(
        "Emulated CPU", f"{service.emulated_cpu_ms:g} ms at each prediction" if service.emulated_cpu_ms else "none"
    )
    if report.cluster:
        of = f"{report.cluster.deployment} in {report.cluster.namespace}"
        yield Fact("Cluster", f"{of}, {autoscaler_words(report.cluster)}")
    if report.ended_early:
        yield Fact("Ended early", report.ended_early)
    yield Fact("Versions", ", ".join(f"{name} {version}" for name, version in report.facts.versions.items()))
    yield Fact("Exit code", str(report.exit_code))
