"""Pods, their CPU, throttling and shares over the time of a run, beside its latency."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from load_tests.cluster.report import ClusterReport, PodReport
from load_tests.report.charts.latency_axis import scale_latencies
from load_tests.report.charts.palette import Colour
from load_tests.report.charts.panels import HEIGHT_PX, ROW_PX, TITLE_PX, write_title
from load_tests.report.charts.shape import DASHED, STRIP_PX, Plot, Shape, add_plot, drawn_in, figure_of
from load_tests.report.charts.time_axis import middles_s, over_time, upright_lines, with_gaps
from load_tests.report.cluster_text import cluster_sentence
from load_tests.report.limits import Limits
from load_tests.report.run_report import RunReport

TITLE = "The cluster"
CAPTION = (
    "Blue: pods that came during the run; orange: those that were there before. Dotted vertical lines: a pod became "
    "ready. CPU by the metrics API is up to a minute old; throttled is the share of 100 ms stretches in which the CPU "
    "limit stopped a pod. A fair share is an equal part of the answers."
)
SHARE_S = 10
"""Answers are counted over so long for a share."""


@dataclass(frozen=True)
class Panel:
    """One of the plots, all over the same time."""

    title: str
    draw: Callable[[Plot, RunReport, ClusterReport], None]


def draw(report: RunReport, _limits: Limits, shape: Shape) -> Figure:
    """The picture, in one shape."""
    cluster = report.cluster
    with drawn_in(shape):
        figure = figure_of(shape, STRIP_PX + ROW_PX * len(PANELS))
        for number, panel in enumerate(PANELS):
            top_px = STRIP_PX + number * ROW_PX + TITLE_PX
            plot = add_plot(figure, shape.left_px, top_px, shape.plot_width_px, HEIGHT_PX)
            over_time(plot, report, shape, named=number == 0)
            if cluster is not None:
                panel.draw(plot, report, cluster)
                _mark_ready(plot, report, cluster)
            write_title(plot, panel.title, shape, above_px=STRIP_PX if number == 0 else 0)
    return figure


def describe(report: RunReport) -> str:
    """What the picture shows, in a sentence for those who do not see it."""
    return cluster_sentence(report) or "Nobody watched the cluster."


def _mark_ready(plot: Plot, report: RunReport, cluster: ClusterReport) -> None:
    """A dotted line where each new pod became ready."""
    ready_s = [
        pod.ready_s for pod in cluster.pods if pod.ready_s is not None and 0 < pod.ready_s < report.ended_after_s
    ]
    upright_lines(plot, ready_s, 1, color=Colour.MUTED.light, linestyle=(0, (1, 2)), zorder=0.5)


def _draw_latency(plot: Plot, report: RunReport, _cluster: ClusterReport) -> None:
    seconds = report.seconds
    drawn_ms: list[float] = []
    for colour, column in ((Colour.P50, seconds.p50_ms), (Colour.P99, seconds.p99_ms)):
        plot.axes.plot(middles_s(report), with_gaps(column), color=colour.light, linewidth=1.2)
        drawn_ms += [value_ms for value_ms in column if value_ms is not None]
    scale_latencies(plot.axes, drawn_ms)
    if plot.axes.get_yscale() == "linear":
        plot.axes.locator_params(axis="y", nbins=4)


def _draw_pods(plot: Plot, _report: RunReport, cluster: ClusterReport) -> None:
    axes = plot.axes
    axes.step(cluster.at_s, cluster.wanted, where="post", color=Colour.OFFERED.light, linestyle=DASHED)
    axes.step(cluster.at_s, cluster.ready, where="post", color=Colour.CORRECT.light, linewidth=2)
    axes.set_ylim(0, max([2, *cluster.wanted, *cluster.ready]) * 1.15)
    axes.locator_params(axis="y", nbins=5, integer=True)


def _draw_cpu(plot: Plot, report: RunReport, cluster: ClusterReport) -> None:
    top = 0.1
    for pod in cluster.pods:
        _draw_pod(plot, pod, cluster.at_s, pod.used_cores)
        top = max([top, *(cores for cores in pod.used_cores if cores is not None)])
    for cores in {amount for pod in cluster.pods for amount in (pod.requested_cores, pod.limit_cores) if amount}:
        plot.axes.plot([0, report.ended_after_s], [cores, cores], color=Colour.THRESHOLD.light, linestyle=DASHED)
        top = max(top, cores)
    plot.axes.set_ylim(0, top * 1.15)
    plot.axes.locator_params(axis="y", nbins=4)
    plot.axes.yaxis.set_major_formatter(lambda cores, _: f"{cores * 1000:.0f}m")


def _draw_throttling(plot: Plot, _report: RunReport, cluster: ClusterReport) -> None:
    for pod in cluster.pods:
        _draw_pod(plot, pod, cluster.at_s, pod.throttled)
    _per_cent(plot)


def _draw_shares(plot: Plot, report: RunReport, cluster: ClusterReport) -> None:
    """Share of the answers, and of what would be fair, dashed."""
    at_s, shares = shares_over_time(report)
    for pod in cluster.pods:
        if pod.name in shares:
            _draw_pod(plot, pod, at_s, shares[pod.name])
    fair = [1 / serving if (serving := cluster.serving_at(middle_s)) else math.nan for middle_s in at_s]
    plot.axes.plot(at_s, fair, color=Colour.THRESHOLD.light, linestyle=DASHED)
    _per_cent(plot)


PANELS = (
    Panel("Latency: p50 (light) and p99", _draw_latency),
    Panel("Pods: ready, and dashed as many as there are to be", _draw_pods),
    Panel("CPU of each pod; dashed: its request, and above it its limit", _draw_cpu),
    Panel("Throttled share of time", _draw_throttling),
    Panel("Share of the answers; dashed: a fair one", _draw_shares),
)


def shares_over_time(report: RunReport) -> tuple[list[float], dict[str, list[float | None]]]:
    """Middles of stretches of ten seconds, and of each pod what part of their answers was its own."""
    seconds = report.seconds
    length = max(1, SHARE_S // seconds.step_s)
    starts = range(0, len(seconds.begins_s), length)
    middles_s = [seconds.begins_s[start] + length * seconds.step_s / 2 for start in starts]
    totals = [sum(sum(column[start : start + length]) for column in seconds.served.values()) for start in starts]
    shares: dict[str, list[float | None]] = {}
    for name, column in seconds.served.items():
        counts = [sum(column[start : start + length]) for start in starts]
        shares[name] = [*_while_there(counts, totals)]
    return middles_s, shares


def _while_there(counts: Sequence[int], totals: Sequence[int]) -> Iterator[float | None]:
    """Shares from a pod's first answer to its last."""
    there = [place for place, count in enumerate(counts) if count]
    for place, (count, total) in enumerate(zip(counts, totals, strict=True)):
        yield count / total if total and there and there[0] <= place <= there[-1] else None


def _draw_pod(plot: Plot, pod: PodReport, at_s: Sequence[float], column: Sequence[float | None]) -> None:
    colour = Colour.SERIES_1 if pod.ready_s is None or pod.ready_s > 0 else Colour.SERIES_2
    plot.axes.plot(at_s, with_gaps(column), color=colour.light, linewidth=1.2)


def _per_cent(plot: Plot) -> None:
    plot.axes.set_ylim(0, 1.05)
    plot.axes.set_yticks([0, 0.5, 1])
    plot.axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
