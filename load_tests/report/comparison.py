"""A comparison of two runs as text: the table of changes, and the sentence that says what they come to."""

import math
from collections import Counter
from collections.abc import Sequence

from load_tests.comparison import MATTERS, Change, Finding
from load_tests.objectives import LatencyObjective, ThroughputObjective
from load_tests.quantities import format_duration, format_share
from load_tests.report.tables import Table


def change_table(changes: Sequence[Change]) -> Table:
    """One row an objective; the interval is of the change from old to new."""
    head = ("stage", "objective", "old", "new", "change", "finding")
    return Table(head, tuple(_row(change) for change in changes), frozenset((2, 3, 4)))


def _row(change: Change) -> tuple[str, ...]:
    old, new = (_said(change, value) for value in (change.old, change.new))
    interval = f"{_percent(change.low)} to {_percent(change.high)}"
    return change.where, change.objective.title, old, new, interval, change.finding.value


def _said(change: Change, value: float) -> str:
    match change.objective:
        case LatencyObjective():
            return "never" if math.isinf(value) else format_duration(value)
        case ThroughputObjective():
            return f"{value:.4g}/s"
        case _:
            return f"{format_share(value)} bad"


def _percent(ratio: float) -> str:
    """`+22 %` for 1.22."""
    return "+∞" if math.isinf(ratio) else f"{(ratio - 1) * 100:+.3g} %"


def sentence(changes: Sequence[Change], confidence: float) -> str:
    """What the changes come to: the worst that matters, or how many findings of each kind there are."""
    mattering = sorted((change for change in changes if change.matters), key=lambda change: -change.worse_by_at_least)
    if mattering:
        others = f" (and {len(mattering) - 1} more)" if len(mattering) > 1 else ""
        return f"{_worsening(mattering[0])}{others}"
    count = Counter(change.finding for change in changes)
    found = ", ".join(f"{count[finding]} {finding}" for finding in Finding if count[finding])
    least = format_share(MATTERS - 1)
    return f"nothing is proven to be at least {least} worse, at {format_share(confidence)} confidence: {found}"


def _worsening(change: Change) -> str:
    old, new = (_said(change, value) for value in (change.old, change.new))
    less = isinstance(change.objective, ThroughputObjective)
    at_least = _percent(change.high if less else change.low).lstrip("+-")
    return (
        f"{change.where}: {change.objective.title} went from {old} to {new} "
        f"(at least {at_least} {'less' if less else 'more'})"
    )
