"""The same load on several arrangements, side by side: what each came to, and what it cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from load_tests.cluster.effects import Effects
from load_tests.cluster.report import ClusterReport
from load_tests.report.run_report import RunReport
from load_tests.report.tables import Table
from load_tests.specification.quantities import format_duration

HEAD = ("arrangement", "pods", "refused or wrong", "late as well", "back inside the SLO", "replica minutes", "verdict")


@dataclass(frozen=True)
class Arrangement:
    """A run, and what it was run on."""

    name: str
    report: RunReport


def table(arrangements: Sequence[Arrangement]) -> Table:
    """One row an arrangement."""
    return Table(HEAD, tuple(_row(one) for one in arrangements), frozenset(range(1, 6)))


def problems(arrangements: Sequence[Arrangement]) -> Iterator[str]:
    """Why they cannot be compared: other load, or another service."""
    first = arrangements[0]
    for other in arrangements[1:]:
        if other.report.scenario_text != first.report.scenario_text:
            yield f"{other.name} was run with another scenario than {first.name}: run both with the same file"
        if other.report.facts.service != first.report.facts.service:
            yield f"{other.name} served another model, or a heavier one, than {first.name}: deploy the same"


def _row(one: Arrangement) -> tuple[str, ...]:
    report = one.report
    seconds = report.seconds
    minutes = replica_minutes(report.cluster, report.ended_after_s)
    return (
        one.name,
        _pods(report.cluster),
        f"{sum(seconds.failed)} of {sum(seconds.due)}",
        str(sum(seconds.late)),
        _back(report.effects),
        "–" if minutes is None else f"{minutes:.1f}",
        report.verdict.value,
    )


def _pods(cluster: ClusterReport | None) -> str:
    """How many were ready: `1`, or `1–5`."""
    if cluster is None or not cluster.ready:
        return "–"
    least, most = min(cluster.ready), max(cluster.ready)
    return str(most) if least == most else f"{least}–{most}"


def _back(effects: Effects | None) -> str:
    """After how long the service was inside its SLO again."""
    if effects is None or effects.left_slo is None:
        return "–"
    if not effects.left_slo:
        return "never left it"
    return "never" if effects.back_s is None else f"after {format_duration(effects.back_s)}"


def replica_minutes(cluster: ClusterReport | None, ended_after_s: float) -> float | None:
    """What the pods cost: each counts from when it is wanted, by what was seen at each look; None if nothing was."""
    if cluster is None or not cluster.at_s:
        return None
    until_s = [*cluster.at_s[1:], ended_after_s]
    spans_s = (max(0.0, ends_s) - max(0.0, begins_s) for begins_s, ends_s in zip(cluster.at_s, until_s, strict=True))
    return sum(span_s * wanted for span_s, wanted in zip(spans_s, cluster.wanted, strict=True)) / 60
