"""What is kept of runs on a cluster: `python -m benchmarks.cluster_evidence reports/… reports/…`.

Of each run `docs/results/cluster/<scenario>.json`: its `run.json` without what only the page of a report needs, and
without the names of machines. Of the autoscaler's also `docs/pictures/autoscaling.svg`, its picture on a card that
reads on a light and on a dark page.
"""

import argparse
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from benchmarks.picture_card import lay_card
from load_tests.cluster.report import ClusterReport
from load_tests.report.charts import cluster
from load_tests.report.charts.palette import Colour
from load_tests.report.charts.shape import PX_PER_INCH, WIDE
from load_tests.report.cluster_text import pod_table
from load_tests.report.limits import limits_of
from load_tests.report.reading import ReportError, read_report
from load_tests.report.run_report import RunReport

DOCS = Path(__file__).parents[1] / "docs"
RESULTS = DOCS / "results" / "cluster"
PICTURE = DOCS / "pictures" / "autoscaling.svg"
AUTOSCALE = "autoscale"
KEY_PX = 34
"""Room for the key of the picture."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Trim, and draw."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cluster_evidence",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="folder of a run's reports")
    parser.add_argument("--prefix", default="", help="of the names of the files: in_cluster_ for load from inside")
    options = parser.parse_args(arguments)
    try:
        reports = [trimmed(read_report(run)) for run in options.runs]
    except ReportError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    RESULTS.mkdir(parents=True, exist_ok=True)
    for report in reports:
        path = RESULTS / f"{options.prefix}{report.scenario}.json"
        path.write_text(report.model_dump_json() + "\n", encoding="utf-8")
        print(f"{path}: {report.verdict}, {path.stat().st_size >> 10} KiB")
        if path.stem == AUTOSCALE:
            PICTURE.write_text(picture(report), encoding="utf-8")
    return 0


def trimmed(report: RunReport) -> RunReport:
    """A report without percentile curves, resamples and the seconds of the generator: it can be drawn again."""
    nothing: dict[str, Any] = {"at_s": (), "cpu_share": (), "latest_ms": (), "in_flight": (), "paused_ms": ()}
    nothing["host"] = "generator"
    return report.model_copy(
        update={
            "stages": tuple(stage.model_copy(update={"percentiles": ()}) for stage in report.stages),
            "objectives": tuple(row.model_copy(update={"replicates_ms": ()}) for row in report.objectives),
            "generators": tuple(generator.model_copy(update=nothing) for generator in report.generators),
            "cluster": None if report.cluster is None else without_names(report.cluster),
        }
    )


def without_names(cluster: ClusterReport) -> ClusterReport:
    """What a cluster did, its nodes numbered."""
    nodes = sorted({pod.node for pod in cluster.pods})
    pods = (pod.model_copy(update={"node": f"node-{nodes.index(pod.node) + 1}"}) for pod in cluster.pods)
    return cluster.model_copy(update={"pods": tuple(pods)})


def picture(report: RunReport) -> str:
    """The picture of the cluster as a file of its own."""
    figure = cluster.draw(report, limits_of(report), WIDE)
    add_key(figure, report)
    width, height = figure.get_size_inches()
    lay_card(figure, margin=(0.005, 0.005), aspect=width / height)
    stream = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": AUTOSCALE}):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def add_key(figure: Figure, report: RunReport) -> None:
    """Make room below the plots, and say there what their colours and marks are."""
    width, height = figure.get_size_inches()
    shrunk = height / (height + KEY_PX / PX_PER_INCH)
    places = [axes.get_position() for axes in figure.axes]
    figure.set_size_inches(width, height / shrunk)
    for axes, place in zip(figure.axes, places, strict=True):
        axes.set_position((place.x0, 1 - (1 - place.y0) * shrunk, place.width, place.height * shrunk))
    marks = (
        Line2D([], [], color=Colour.SERIES_2.light, label="a pod that was there before"),
        Line2D([], [], color=Colour.SERIES_1.light, label="pods that came during the run"),
        Line2D([], [], color=Colour.MUTED.light, linestyle=(0, (1, 2)), label="a pod became ready"),
        Patch(facecolor="none", edgecolor=Colour.HATCH.light, hatch="////", linewidth=0, label="not judged"),
        Line2D([], [], linestyle="none", marker="$1$", color=Colour.MUTED.light, label=report.stages[0].name),
    )
    figure.legend(
        handles=marks, loc="lower center", bbox_to_anchor=(0.5, 0.01), ncols=len(marks), frameon=False,
        fontsize=WIDE.font_px - 1, columnspacing=1.4, handletextpad=0.5,
    )  # fmt: skip


def table(written: Mapping[str, Any]) -> Iterator[str]:
    """The pods of a run as a Markdown table."""
    pods = pod_table(RunReport.model_validate(written))
    kept = [place for place, title in enumerate(pods.head) if title not in ("node", "restarts", "until")]
    rule = ["--:" if place in pods.numeric else "---" for place in range(len(pods.head))]
    for row in (pods.head, rule, *pods.rows):
        yield f"| {' | '.join(row[place] for place in kept)} |"


if __name__ == "__main__":
    sys.exit(main())
