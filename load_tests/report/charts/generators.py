"""How the processes that offered the load fared over time, with the limits beyond which they are distrusted."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from load_tests.recording.generator_health import BUSIEST_CPU_SHARE
from load_tests.report.charts.latency_axis import latency_text
from load_tests.report.charts.palette import Colour
from load_tests.report.charts.panels import HEIGHT_PX, ROW_PX, TITLE_PX, write_title
from load_tests.report.charts.shape import DASHED, RIGHT_PX, WIDE, Plot, Shape, add_plot, drawn_in, figure_of
from load_tests.report.charts.time_axis import over_time
from load_tests.report.limits import Limits
from load_tests.report.run_report import RunReport
from load_tests.report.series import GeneratorReport

TITLE = "The load generator"
CAPTION = (
    "A generator that is too busy, late or stands still measures itself. Dashed: the limits, of the CPU on average "
    "over a stage, and of the delay for all but 1 % of its requests."
)
MOST_POINTS = 960
"""Of all lines of a small plot together; there may be many processes."""


@dataclass(frozen=True)
class Panel:
    """One of the small plots."""

    title: str
    column: Callable[[GeneratorReport], Sequence[float]]
    text: Callable[[float], str]
    least_top: float


PANELS = (
    Panel("CPU used, of what a process may use", lambda of: of.cpu_share, lambda share: f"{share:.0%}", 1.0),
    Panel("Longest delay from due to sent", lambda of: of.latest_ms, latency_text, 1.0),
    Panel("Requests in flight", lambda of: of.in_flight, lambda count: f"{count:,g}", 4.0),
    Panel("Stood still", lambda of: of.paused_ms, latency_text, 1.0),
)


def draw(report: RunReport, limits: Limits, shape: Shape) -> Figure:
    """The picture, in one shape: two small plots in a row where it is wide, one where it is narrow."""
    columns = 2 if shape is WIDE else 1
    with drawn_in(shape):
        figure = figure_of(shape, ROW_PX * len(PANELS) / columns)
        width_px = shape.width_px / columns - shape.left_px - RIGHT_PX
        for number, panel in enumerate(PANELS):
            row, column = divmod(number, columns)
            left_px = column * shape.width_px / columns + shape.left_px
            plot = add_plot(figure, left_px, row * ROW_PX + TITLE_PX, width_px, HEIGHT_PX)
            over_time(plot, report, shape, named=False)
            _draw_panel(plot, panel, report.generators, shape)
            if panel is PANELS[0]:
                _draw_limits(plot, [(0, report.ended_after_s, BUSIEST_CPU_SHARE)])
            if panel is PANELS[1]:
                _draw_limits(plot, _lateness_limits(report, limits))
    return figure


def describe(report: RunReport) -> str:
    """What the picture shows, in a sentence for those who do not see it."""
    busiest = max((max(generator.cpu_share, default=0) for generator in report.generators), default=0)
    latest_ms = max((max(generator.latest_ms, default=0) for generator in report.generators), default=0)
    return (
        f"{len(report.generators)} processes offered the load. The busiest second of one took {busiest:.0%} of the CPU "
        f"it may use; the limit is {BUSIEST_CPU_SHARE:.0%} on average over a stage. The latest request left "
        f"{latency_text(round(latest_ms, 1))} after it was due."
    )


def _draw_panel(plot: Plot, panel: Panel, generators: Sequence[GeneratorReport], shape: Shape) -> None:
    """One line a process."""
    top = panel.least_top
    for generator in generators:
        most = MOST_POINTS // max(8, len(generators))
        at_s, values = thinned(generator.at_s, most), thinned(panel.column(generator), most)
        colour = Colour.SERIES_1 if len(generators) == 1 else Colour.P95
        width = 1.6 if len(generators) == 1 else 1.0
        plot.axes.plot(at_s, values, color=colour.light, linewidth=width, marker="." if len(at_s) == 1 else "")
        top = max([top, *(1.15 * value for value in values)])
    plot.axes.set_ylim(0, top)
    plot.axes.locator_params(axis="y", nbins=4)
    plot.axes.yaxis.set_major_formatter(lambda value, _: panel.text(float(f"{value:.4g}")))
    write_title(plot, panel.title, shape)


def thinned(column: Sequence[float], most: int) -> list[float]:
    """The largest of every few values: as many as `most`."""
    every = -(-len(column) // most) or 1
    return [max(column[begin : begin + every]) for begin in range(0, len(column), every)]


def _draw_limits(plot: Plot, spans: Iterable[tuple[float, float, float]]) -> None:
    """Dashed lines from one time to another, each at its height."""
    lines = [*spans]
    at_s = [at_s for begins_s, ends_s, _ in lines for at_s in (begins_s, ends_s, math.nan)]
    heights = [height for *_, limit in lines for height in (limit, limit, math.nan)]
    plot.axes.plot(at_s, heights, color=Colour.THRESHOLD.light, linestyle=DASHED)


def _lateness_limits(report: RunReport, limits: Limits) -> Iterator[tuple[float, float, float]]:
    """What 1 % of a judged stage's requests may exceed."""
    for stage in report.stages:
        limit_ms = limits.lateness_ms(stage.name)
        if stage.judged and limit_ms is not None and stage.judged_from_s < report.ended_after_s:
            yield stage.judged_from_s, min(stage.ends_s, report.ended_after_s), limit_ms
