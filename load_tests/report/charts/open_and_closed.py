"""A closed and an open run at the same rates in one picture, with the latencies that theory expects of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from matplotlib.figure import Figure

from load_tests.queueing import ClosedUsers, md1_latency_s
from load_tests.report.charts.latency_axis import scale_latencies
from load_tests.report.charts.palette import Colour
from load_tests.report.charts.shape import DASHED, Plot, Shape, drawn_in, finish, single_plot
from load_tests.report.limits import limits_of
from load_tests.report.run_report import RunReport

MOST_UTILISATION = 0.95
STEPS = 60
CLOSED, OPEN = Colour.SERIES_1, Colour.SERIES_2


@dataclass(frozen=True)
class JudgedStage:
    """A stage that is judged by a percentile, and what was seen of it; None if too many requests went wrong."""

    offered_rps: float
    users: int
    percentile: float
    threshold_ms: float
    seen_ms: float | None


def judged_stages(report: RunReport) -> list[JudgedStage]:
    """Return the stages that have a latency objective of their own, in their order."""
    seen_ms = {(one.where, one.objective): one.seen_ms for one in report.objectives}
    stages = {stage.name: stage for stage in report.stages}
    return [
        JudgedStage(
            offered_rps=stages[limit.where].offered_rps,
            users=stages[limit.where].users,
            percentile=limit.percentile,
            threshold_ms=limit.latency_ms,
            seen_ms=seen_ms.get((limit.where, limit.title)),
        )
        for limit in limits_of(report).thresholds
        if limit.where in stages
    ]


def draw(closed: RunReport, arrivals: RunReport, service_ms: float, shape: Shape) -> Figure:
    """Draw the judged percentile of each stage over its rate, of a service that takes so long for each request."""
    users, public = judged_stages(closed), judged_stages(arrivals)
    with drawn_in(shape):
        figure, plot = single_plot(shape)
        drawn_ms = [
            *_draw_most_seen(plot, users, service_ms / 1000),
            *_draw_queue(plot, public, service_ms / 1000),
            *_draw_seen(plot, users, CLOSED, "s", "closed users, measured"),
            *_draw_seen(plot, public, OPEN, "o", "open arrivals, measured"),
            *_draw_threshold(plot, public),
        ]
        scale_latencies(plot.axes, drawn_ms)
        plot.axes.set_xlim(0, 1000 / service_ms)
        plot.axes.xaxis.set_major_formatter(lambda rate_rps, _: f"{rate_rps:g}/s")
        finish(figure, plot, shape, 8)
    return figure


def _draw_most_seen(plot: Plot, stages: list[JudgedStage], service_s: float) -> Iterator[float]:
    """Draw what no request of so few users can be above: all of them waiting at once."""
    most_ms = [ClosedUsers(stage.users, stage.offered_rps, service_s).most_latency_s * 1000 for stage in stages]
    rates_rps = [stage.offered_rps for stage in stages]
    plot.axes.plot(rates_rps, most_ms, color=CLOSED.light, linestyle=":", label="most that so few users can see")
    yield from most_ms


def _draw_queue(plot: Plot, stages: list[JudgedStage], service_s: float) -> Iterator[float]:
    """Draw the percentile of M/D/1, from the slowest stage to where the queue has no end."""
    slowest_rps, fastest_rps = stages[0].offered_rps, MOST_UTILISATION / service_s
    rates_rps = [slowest_rps + (fastest_rps - slowest_rps) * step / STEPS for step in range(STEPS + 1)]
    share = stages[0].percentile / 100
    queue_ms = [md1_latency_s(share, rate_rps, service_s) * 1000 for rate_rps in rates_rps]
    plot.axes.plot(rates_rps, queue_ms, color=OPEN.light, label="open arrivals, in theory (M/D/1)")
    yield from queue_ms


def _draw_seen(plot: Plot, stages: list[JudgedStage], colour: Colour, marker: str, name: str) -> Iterator[float]:
    seen = [(stage.offered_rps, stage.seen_ms) for stage in stages if stage.seen_ms is not None]
    rates_rps, values_ms = [rate_rps for rate_rps, _ in seen], [value_ms for _, value_ms in seen]
    plot.axes.plot(rates_rps, values_ms, marker, color=colour.light, markersize=8, label=name)
    yield from values_ms


def _draw_threshold(plot: Plot, stages: list[JudgedStage]) -> Iterator[float]:
    threshold_ms = stages[0].threshold_ms
    name = f"objective: p{stages[0].percentile:g} ≤ {threshold_ms:g} ms"
    plot.axes.axhline(threshold_ms, color=Colour.THRESHOLD.light, linestyle=DASHED, label=name)
    yield threshold_ms
