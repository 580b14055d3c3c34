"""Offered against answered rate over the time of a run."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from load_tests.report.charts.palette import Colour
from load_tests.report.charts.shape import STRIP_PX, Plot, Shape, drawn_in, finish, single_plot
from load_tests.report.charts.time_axis import middles_s, over_time
from load_tests.report.limits import Limits
from load_tests.report.run_report import RunReport

TITLE = "Offered and answered"
CAPTION = "Requests by the time at which they were due, against what the scenario asks for."


@dataclass(frozen=True)
class Rates:
    """Requests a second in each step, by the time at which they were due."""

    at_s: list[float]
    due_rps: list[float]
    correct_rps: list[float]
    failed_rps: list[float]
    dropped_rps: list[float]


def rates_of(report: RunReport) -> Rates:
    """Rates from counts; of a last step that was run for less than half, too little is known."""
    seconds = report.seconds
    lengths_s = [min(seconds.step_s, report.ended_after_s - begin_s) for begin_s in seconds.begins_s]
    kept = [number for number, length_s in enumerate(lengths_s) if length_s >= seconds.step_s / 2 or number == 0]

    def rates(counts: Sequence[int]) -> list[float]:
        return [counts[number] / max(lengths_s[number], 1e-3) for number in kept]

    steps_s = middles_s(report)
    columns = (seconds.due, seconds.correct, seconds.failed, seconds.dropped)
    return Rates([steps_s[number] for number in kept], *(rates(column) for column in columns))


def draw(report: RunReport, _limits: Limits, shape: Shape) -> Figure:
    """The picture, in one shape."""
    rates = rates_of(report)
    with drawn_in(shape):
        figure, plot = single_plot(shape)
        over_time(plot, report, shape)
        _draw_offered(plot, report)
        axes = plot.axes
        axes.plot(rates.at_s, rates.due_rps, color=Colour.DUE.light, linewidth=3, label="due", zorder=1.8)
        axes.fill_between(rates.at_s, rates.correct_rps, color=Colour.CORRECT_AREA.light, linewidth=0, zorder=1)
        axes.plot(rates.at_s, rates.correct_rps, color=Colour.CORRECT.light, label="answered correctly")
        if any(rates.failed_rps):
            failed_rps = without_nothing(rates.failed_rps)
            axes.plot(rates.at_s, failed_rps, color=Colour.FAILED.light, linestyle=(0, (4, 1.5)), label="failed")
        if any(rates.dropped_rps):
            dropped_rps = without_nothing(rates.dropped_rps)
            axes.plot(rates.at_s, dropped_rps, color=Colour.DROPPED.light, linestyle=":", label="dropped")
        most_rps = max([1.0, *rates.due_rps, *(stage.offered_rps for stage in report.stages)])
        axes.set_ylim(0, most_rps * 1.12)
        axes.locator_params(axis="y", nbins=6)
        axes.yaxis.set_major_formatter(lambda rate_rps, _: f"{rate_rps:,g}/s")
        finish(figure, plot, shape, STRIP_PX)
    return figure


def without_nothing(rates_rps: Sequence[float]) -> list[float]:
    """The rates, and NaN, which is not drawn, where there was nothing before, then and after."""
    padded = [0.0, *rates_rps, 0.0]
    return [rate if any(padded[number : number + 3]) else math.nan for number, rate in enumerate(rates_rps)]


def describe(report: RunReport) -> str:
    """What the picture shows, in a sentence for those who do not see it."""
    due, correct = sum(report.seconds.due), sum(report.seconds.correct)
    failed, dropped = sum(report.seconds.failed), sum(report.seconds.dropped)
    return (
        f"Over the whole run {due:,} requests were due: {correct:,} were answered correctly, {failed:,} failed and "
        f"{dropped:,} were dropped by the load generator."
    )


def _draw_offered(plot: Plot, report: RunReport) -> None:
    """What the scenario asks for, as steps."""
    stages = [stage for stage in report.stages if stage.begins_s < report.ended_after_s]
    if not stages:
        return
    plot.axes.stairs(
        [stage.offered_rps for stage in stages],
        [*(stage.begins_s for stage in stages), min(stages[-1].ends_s, report.ended_after_s)],
        baseline=None,
        color=Colour.OFFERED.light,
        linestyle=(0, (1.5, 1.5)),
        linewidth=1.4,
        label="offered by the scenario",
        zorder=2.5,
    )
