"""Every picture of a report in both its shapes, ready for a page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from matplotlib.figure import Figure

from load_tests.report.charts import cluster, generators, latency, percentiles, rate
from load_tests.report.charts.shape import SHAPES, Shape
from load_tests.report.charts.svg import inline_svg
from load_tests.report.limits import Limits, limits_of
from load_tests.report.run_report import RunReport


@dataclass(frozen=True)
class Chart:
    """What draws a picture and describes it; `key` is its name in the page."""

    key: str
    title: str
    caption: str
    draw: Callable[[RunReport, Limits, Shape], Figure]
    describe: Callable[[RunReport], str]
    wanted: Callable[[RunReport], bool] = lambda _report: True


@dataclass(frozen=True)
class DrawnChart:
    """A picture as `<svg>` elements, of which a page shows the one that fits."""

    key: str
    title: str
    caption: str
    wide: str
    narrow: str


CHARTS = (
    Chart("latency", latency.TITLE, latency.CAPTION, latency.draw, latency.describe),
    Chart("rate", rate.TITLE, rate.CAPTION, rate.draw, rate.describe),
    Chart(
        "cluster",
        cluster.TITLE,
        cluster.CAPTION,
        cluster.draw,
        cluster.describe,
        lambda report: report.cluster is not None,
    ),
    Chart("percentiles", percentiles.TITLE, percentiles.CAPTION, percentiles.draw, percentiles.describe),
    Chart("generators", generators.TITLE, generators.CAPTION, generators.draw, generators.describe),
)


def draw_all(report: RunReport) -> Iterator[DrawnChart]:
    """The pictures in the order of the page."""
    limits = limits_of(report)
    for chart in CHARTS:
        if not chart.wanted(report):
            continue
        text = chart.describe(report)
        wide, narrow = (
            inline_svg(chart.draw(report, limits, shape), f"{chart.key}-{shape.name}", chart.title, text)
            for shape in SHAPES
        )
        yield DrawnChart(chart.key, chart.title, chart.caption, wide, narrow)
