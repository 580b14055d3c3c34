"""Latency percentiles over the time of a run, with the thresholds of the stages that are judged by them."""

import math
from collections.abc import Sequence
from itertools import chain

from matplotlib.figure import Figure

from load_tests.report.charts.latency_axis import latency_text, scale_latencies
from load_tests.report.charts.palette import Colour
from load_tests.report.charts.shape import DASHED, STRIP_PX, Plot, Shape, drawn_in, finish, single_plot
from load_tests.report.charts.time_axis import middles_s, over_time, with_gaps
from load_tests.report.limits import Limits, Threshold
from load_tests.report.part import Column
from load_tests.report.run_report import RunReport

TITLE = "Latency over time"
CAPTION = (
    "Of correct answers, by the time at which they were due. Hatched stages are not judged, nor is the shaded "
    "beginning of a stage, in which it settles. Where a name does not fit is its number in the table of stages."
)


def draw(report: RunReport, limits: Limits, shape: Shape) -> Figure:
    """The picture, in one shape."""
    with drawn_in(shape):
        wrong = _seconds_gone_wrong(report)
        figure, plot = single_plot(shape)
        over_time(plot, report, shape)
        for name, colour, column in _lines(report):
            _draw_line(plot, middles_s(report), column, colour, name)
        _draw_thresholds(plot, report, limits, shape)
        if wrong:
            _mark_wrong(plot, wrong)
        thresholds_ms = [threshold.latency_ms for threshold in limits.thresholds]
        scale_latencies(plot.axes, [*_values_ms(report), *thresholds_ms])
        if not any(_values_ms(report)):
            plot.axes.text(0.5, 0.5, "no correct answer", transform=plot.axes.transAxes, ha="center")
        finish(figure, plot, shape, STRIP_PX)
    return figure


def describe(report: RunReport) -> str:
    """What the picture shows, in a sentence for those who do not see it."""
    p99_ms = [value_ms for value_ms in report.seconds.p99_ms if value_ms is not None]
    if not p99_ms:
        return "There was no correct answer, so there are no latencies."
    return (
        f"The 99th percentile of a step of {report.seconds.step_s} s was between {latency_text(round(min(p99_ms), 1))} "
        f"and {latency_text(round(max(p99_ms), 1))}. The table of the stages has the same by stage."
    )


def _lines(report: RunReport) -> tuple[tuple[str, Colour, Column], ...]:
    seconds = report.seconds
    return (
        ("p50", Colour.P50, seconds.p50_ms),
        ("p95", Colour.P95, seconds.p95_ms),
        ("p99", Colour.P99, seconds.p99_ms),
    )


def _values_ms(report: RunReport) -> list[float]:
    return [value_ms for value_ms in chain(report.seconds.p50_ms, report.seconds.p99_ms) if value_ms is not None]


def _draw_line(plot: Plot, at_s: Sequence[float], column: Column, colour: Colour, name: str) -> None:
    """A line that is interrupted where there is no value, and a dot where a value stands alone."""
    values = with_gaps(column)
    plot.axes.plot(at_s, values, color=colour.light, label=name)
    padded = [None, *column, None]
    alone = [
        number
        for number, value in enumerate(column)
        if value is not None and padded[number] is None and padded[number + 2] is None
    ]
    if alone:
        plot.axes.plot(
            [at_s[number] for number in alone], [values[number] for number in alone], ".", color=colour.light
        )


def _seconds_gone_wrong(report: RunReport) -> list[float]:
    """Middles of the steps in which a request failed or was dropped."""
    columns = zip(middles_s(report), report.seconds.failed, report.seconds.dropped, strict=True)
    return [at_s for at_s, failed, dropped in columns if failed or dropped]


def _mark_wrong(plot: Plot, at_s: Sequence[float]) -> None:
    """A cross at the upper edge for each step in which a request got no correct answer, which no line shows."""
    plot.axes.plot(
        at_s,
        [0.97] * len(at_s),
        "x",
        transform=plot.axes.get_xaxis_transform(),
        color=Colour.FAILED.light,
        markersize=5.5,
        markeredgewidth=1.5,
        label="requests failed",
    )


def _draw_thresholds(plot: Plot, report: RunReport, limits: Limits, shape: Shape) -> None:
    """A dashed line over the judged part of each stage, with its name where there is room for it first."""
    unnamed = {threshold.title for threshold in limits.thresholds}
    at_s: list[float] = []
    heights_ms: list[float] = []
    for stage in report.stages:
        ends_s = min(stage.ends_s, report.ended_after_s)
        room_px = (ends_s - stage.judged_from_s) / max(report.ended_after_s, 1e-9) * plot.width_px
        for threshold in limits.of_stage(stage.name) if room_px > 0 else ():
            at_s += [stage.judged_from_s, ends_s, math.nan]
            heights_ms += [threshold.latency_ms, threshold.latency_ms, math.nan]
            if threshold.title in unnamed and shape.text_px(threshold.title) < room_px:
                unnamed.remove(threshold.title)
                _name_threshold(plot, stage.judged_from_s, threshold)
    if at_s:
        plot.axes.plot(at_s, heights_ms, color=Colour.THRESHOLD.light, linestyle=DASHED, label="threshold")


def _name_threshold(plot: Plot, begins_s: float, threshold: Threshold) -> None:
    plot.axes.annotate(
        threshold.title,
        (begins_s, threshold.latency_ms),
        xytext=(3, 5),
        textcoords="offset points",
        color=Colour.THRESHOLD.light,
    )
