"""The pictures in the documents are those of the results beside them: whoever measures again draws again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import cluster_evidence, experiment_evidence, queueing_picture
from benchmarks.peers import picture as peers_picture
from load_tests.report.run_report import RunReport


def draw_autoscaling(path: Path) -> None:
    run = (cluster_evidence.RESULTS / f"{cluster_evidence.AUTOSCALE}.json").read_bytes()
    path.write_text(cluster_evidence.picture(RunReport.model_validate_json(run)), encoding="utf-8")


@pytest.mark.parametrize(
    ("draw", "picture"),
    [
        (queueing_picture.draw, queueing_picture.PICTURE),
        (peers_picture.draw, peers_picture.PICTURE),
        (draw_autoscaling, cluster_evidence.PICTURE),
        (experiment_evidence.draw, experiment_evidence.PICTURE),
    ],
    ids=["queueing", "peers", "autoscaling", "experiment"],
)
def test_a_picture_is_drawn_again_to_the_byte(draw: Callable[[Path], None], picture: Path, tmp_path: Path) -> None:
    draw(tmp_path / picture.name)
    assert (tmp_path / picture.name).read_bytes() == picture.read_bytes()
