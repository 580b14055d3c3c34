"""A comparison of two runs as text: the table of changes, and the sentence that says what they come to."""

import math
from collections import Counter
from collections.abc import Sequence

from load_tests.comparing.changes import MATTERS, UNKNOWN, Change, Finding
from load_tests.report.tables import Table
from load_tests.specification.objectives import LatencyObjective, ThroughputObjective
from load_tests.specification.quantities import format_duration, format_share

READ_AS_TIMES = 10


def change_table(changes: Sequence[Change]) -> Table:
    """One row an objective; the interval is of the change from old to new."""
    head = ("stage", "objective", "old", "new", "change", "finding")
    return Table(head, tuple(_row(change) for change in changes), frozenset((2, 3, 4)))


def _row(change: Change) -> tuple[str, ...]:
    old, new = (_said(change, value) for value in (change.old, change.new))
    return change.where, change.objective.title, old, new, _interval(change.low, change.high), change.finding.value


def _interval(low: float, high: float) -> str:
    """`+22 % to +61 %`, `+22 % or more`, or in words where there is no number."""
    if (low, high) == UNKNOWN:
        return "not known"
    if math.isinf(low):
        return "without limit"
    return f"{_percent(low)} or more" if math.isinf(high) else f"{_percent(low)} to {_percent(high)}"


def _said(change: Change, value: float) -> str:
    match change.objective:
        case LatencyObjective():
            return "never" if math.isinf(value) else format_duration(value)
        case ThroughputObjective():
            return f"{value:.4g}/s"
        case _:
            return f"{format_share(value)} bad"


def _percent(ratio: float) -> str:
    """`+22 %` for 1.22; `×34` where a percentage would be hard to read."""
    return f"×{ratio:.3g}" if ratio >= READ_AS_TIMES else f"{(ratio - 1) * 100:+.3g} %"


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
    return f"{change.where}: {change.objective.title} went from {old} to {new}{_proven(change)}"


def _proven(change: Change) -> str:
    """How much of a worsening is proven; nothing if it has no limit."""
    if isinstance(change.objective, ThroughputObjective):
        return f" (at least {(1 - change.high) * 100:.3g} % less)"
    if math.isinf(change.low):
        return ""
    if change.low >= READ_AS_TIMES:
        return f" (at least {change.low:.3g} times as much)"
    return f" (at least {(change.low - 1) * 100:.3g} % more)"
