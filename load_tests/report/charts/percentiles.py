"""The latencies of each stage by percentile, spread out towards the slowest, where objectives are decided."""

import math
from collections.abc import Sequence
from itertools import cycle

from matplotlib.figure import Figure

from load_tests.report.charts.latency_axis import latency_text, scale_latencies
from load_tests.report.charts.palette import SERIES, Colour
from load_tests.report.charts.shape import Plot, Shape, drawn_in, finish, single_plot
from load_tests.report.limits import Limits
from load_tests.report.run_report import RunReport
from load_tests.report.stage_report import StageReport

TITLE = "Latency by percentile"
CAPTION = (
    "Of correct answers in the judged part of each stage; each further nine has as much room as the one before. "
    "Objectives are judged by all requests due, so failures count against them beside what is drawn here."
)
MOST_NAMED = 6
"""More lines than this cannot be told apart: only the slowest stages are named then."""
TICKS = (50.0, 90.0, 99.0, 99.9, 99.99, 99.999)
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (8, 2, 2, 2)), (0, (4, 1)))


def draw(report: RunReport, limits: Limits, shape: Shape) -> Figure:
    """The picture, in one shape."""
    stages = _with_latencies(report)
    named = slowest(stages)
    with drawn_in(shape):
        figure, plot = single_plot(shape)
        most = max((_last_place(stage) for stage in stages), default=place(99))
        plot.axes.set_xlim(0, most * 1.02)
        ticks = [percent for percent in TICKS if place(percent) <= most]
        plot.axes.set_xticks([place(percent) for percent in ticks], [f"{percent:g} %" for percent in ticks])
        plot.axes.grid(axis="x")
        _draw_stages(plot, stages, named)
        _draw_thresholds(plot, limits, most)
        drawn_ms = [latency_ms for stage in stages for _, latency_ms in stage.percentiles]
        scale_latencies(plot.axes, [*drawn_ms, *(threshold.latency_ms for threshold in limits.thresholds)])
        if not stages:
            plot.axes.text(0.5, 0.5, "no correct answer", transform=plot.axes.transAxes, ha="center")
        finish(figure, plot, shape, 8)
    return figure


def describe(report: RunReport) -> str:
    """What the picture shows, in a sentence for those who do not see it."""
    stages = slowest(_with_latencies(report))
    if not stages:
        return "No judged stage had a correct answer, so there are no latencies."
    each = (f"{stage.name} {latency_text(round(stage.latency_ms.p99, 1))}" for stage in stages if stage.latency_ms)
    return f"The 99th percentile by stage: {', '.join(each)}."


def place(percent: float) -> float:
    """Where a percentile stands on the axis: each further nine as far from the one before."""
    return -math.log10(1 - percent / 100)


def slowest(stages: Sequence[StageReport]) -> list[StageReport]:
    """The stages that are named, in their order: all of them if they are few."""
    if len(stages) <= MOST_NAMED:
        return list(stages)
    by_p99 = sorted(stages, key=lambda stage: -(stage.latency_ms.p99 if stage.latency_ms else 0))[: MOST_NAMED - 1]
    return [stage for stage in stages if stage in by_p99]


def _with_latencies(report: RunReport) -> list[StageReport]:
    return [stage for stage in report.stages if stage.judged and stage.percentiles]


def _last_place(stage: StageReport) -> float:
    """Where the slowest answer stands: beyond what its number of requests can tell apart."""
    return math.log10(2 * max(1, stage.correct))


def _draw_stages(plot: Plot, stages: Sequence[StageReport], named: Sequence[StageReport]) -> None:
    looks = dict(zip((stage.name for stage in named), cycle(zip(SERIES, DASHES, strict=True)), strict=False))
    others = f"{len(stages) - len(named)} faster stages"
    for stage in stages:
        at = [_last_place(stage) if percent >= 100 else place(percent) for percent, _ in stage.percentiles]
        latencies_ms = [latency_ms for _, latency_ms in stage.percentiles]
        if stage.name in looks:
            colour, dashes = looks[stage.name]
            plot.axes.plot(at, latencies_ms, color=colour.light, linestyle=dashes, label=stage.name)
        else:
            plot.axes.plot(at, latencies_ms, color=Colour.HATCH.light, linewidth=1, label=others, zorder=1.5)
            others = ""


def _draw_thresholds(plot: Plot, limits: Limits, most: float) -> None:
    """A mark that the line of a stage judged by it has to pass below."""
    label = "threshold: pass below"
    drawn = {(threshold.percentile, threshold.latency_ms, threshold.title) for threshold in limits.thresholds}
    for percentile, latency_ms, title in sorted(drawn):
        at = place(percentile)
        plot.axes.plot([at], [latency_ms], "v", color=Colour.THRESHOLD.light, markersize=8, label=label)
        label = ""
        right = at > 0.7 * most
        plot.axes.annotate(
            title,
            (at, latency_ms),
            xytext=(-8 if right else 8, 4),
            textcoords="offset points",
            ha="right" if right else "left",
            color=Colour.THRESHOLD.light,
        )
