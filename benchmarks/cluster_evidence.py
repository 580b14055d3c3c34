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
from matplotlib.patches import FancyBboxPatch

from load_tests.cluster.report import ClusterReport
from load_tests.report.charts import cluster
from load_tests.report.charts.shape import WIDE
from load_tests.report.cluster_text import pod_table
from load_tests.report.limits import limits_of
from load_tests.report.run_report import FILE_NAME, RunReport

DOCS = Path(__file__).parents[1] / "docs"
RESULTS = DOCS / "results" / "cluster"
PICTURE = DOCS / "pictures" / "autoscaling.svg"
AUTOSCALE = "autoscale"


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
    RESULTS.mkdir(parents=True, exist_ok=True)
    for run in options.runs:
        report = trimmed(RunReport.model_validate_json((run / FILE_NAME).read_bytes()))
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
    card = FancyBboxPatch(
        (0, 0), 1, 1, boxstyle="square,pad=0", transform=figure.transFigure, facecolor="white", zorder=-10
    )
    figure.patches.append(card)
    stream = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": AUTOSCALE}):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def table(written: Mapping[str, Any]) -> Iterator[str]:
    """The pods of a run as a Markdown table."""
    pods = pod_table(RunReport.model_validate(written))
    kept = [place for place, title in enumerate(pods.head) if title not in ("node", "restarts", "until")]
    rule = ["--:" if place in pods.numeric else "---" for place in range(len(pods.head))]
    for row in (pods.head, rule, *pods.rows):
        yield f"| {' | '.join(row[place] for place in kept)} |"


if __name__ == "__main__":
    sys.exit(main())
