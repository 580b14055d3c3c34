"""The same load on several arrangements in one picture: what became of the requests of each second, and the pods."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from load_tests.planning.side_by_side import Arrangement
from load_tests.report.charts.palette import Colour
from load_tests.report.run_report import RunReport

IN_TIME, LATE, FAILED = Colour.P50.light, Colour.SERIES_2.light, Colour.FAILED.light
WANTED, READY = Colour.OFFERED.light, Colour.CORRECT.light
PARTS = (("answered in time", IN_TIME), ("answered too late", LATE), ("refused or wrong", FAILED))
FURTHER_PODS = 1.2


def draw(arrangements: Sequence[Arrangement], title: str) -> Figure:
    """Draw a column for each arrangement: above the requests of each second, below the pods."""
    figure = Figure(figsize=(3.5 * len(arrangements), 4.9))
    rows = figure.subplots(
        2, len(arrangements), sharex=True, sharey="row", squeeze=False, gridspec_kw={"height_ratios": (3, 2)}
    )
    for column, one in enumerate(arrangements):
        _draw_requests(rows[0][column], one)
        _draw_pods(rows[1][column], one.report)
        rows[1][column].set_xlabel("seconds of load")
    rows[0][0].set_ylabel("requests a second")
    rows[1][0].set_ylabel("pods (dashed:\nwanted)")
    figure.legend(
        handles=rows[0][0].collections[: len(PARTS)], loc="upper center", bbox_to_anchor=(0.5, 0.925), ncols=3,
        frameon=False,
    )  # fmt: skip
    figure.suptitle(title, y=0.965, fontweight="bold")
    figure.subplots_adjust(left=0.08, right=0.975, bottom=0.125, top=0.79, wspace=0.08, hspace=0.12)
    return figure


def _draw_requests(axes: Axes, one: Arrangement) -> None:
    seconds = one.report.seconds
    in_time = [correct - late for correct, late in zip(seconds.correct, seconds.late, strict=True)]
    axes.stackplot(
        seconds.begins_s, in_time, seconds.late, seconds.failed,
        colors=[colour for _, colour in PARTS], labels=[name for name, _ in PARTS],
    )  # fmt: skip
    axes.set_title(f"{one.name}: {one.report.verdict}", fontsize="medium")
    axes.set_xlim(0, one.report.ended_after_s)


def _draw_pods(axes: Axes, report: RunReport) -> None:
    cluster = report.cluster
    if cluster is None:
        return
    axes.step(cluster.at_s, cluster.wanted, where="post", color=WANTED, linestyle="--", linewidth=1)
    axes.step(cluster.at_s, cluster.ready, where="post", color=READY, linewidth=2)
    axes.set_ylim(0, max(axes.get_ylim()[1], FURTHER_PODS * max(1, *cluster.wanted, *cluster.ready)))
    axes.locator_params(axis="y", nbins=6, integer=True)
