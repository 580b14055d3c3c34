"""What a plan begins with is what the manifests say, and where they say nothing useful it is told."""

import shutil
from pathlib import Path

import pytest

from deployment.errors import DeploymentError
from deployment.planning.arrangement import AUTOSCALER, read_arrangement
from tests.conftest import ROOT
from tests.kubernetes.rendered import rendered


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the manifests."""
    shutil.copytree(ROOT / "kubernetes", tmp_path / "kubernetes")
    return tmp_path


def test_what_is_read_is_what_kustomize_makes() -> None:
    found = read_arrangement()
    made = rendered("autoscaled")
    resources, scaler = made.container["resources"], made.the("HorizontalPodAutoscaler")["spec"]
    assert (found.request, found.limit) == (resources["requests"]["cpu"], resources["limits"]["cpu"])
    assert (found.least, found.most) == (scaler["minReplicas"], scaler["maxReplicas"])
    assert found.target_percent == scaler["metrics"][0]["resource"]["target"]["averageUtilization"]


def test_the_planner_is_told_all_of_it() -> None:
    assert read_arrangement().options == [
        *("--request", "250m", "--limit", "500m", "--least", "1", "--most", "10", "--target", "50%")
    ]


def test_pods_without_a_limit_are_planned_without_one(copy: Path) -> None:
    for path in ("base", "overlays/autoscaled"):
        file = copy / "kubernetes" / path / "deployment.yaml"
        file.write_text(file.read_text().replace("              cpu: 500m\n", ""))
    patch = copy / "kubernetes" / "overlays" / "autoscaled" / "deployment.yaml"
    patch.write_text(patch.read_text().replace("            limits:\n", ""))
    assert "--limit" not in read_arrangement(copy).options


def test_an_autoscaler_on_something_else_is_refused_by_its_file(copy: Path) -> None:
    file = copy / AUTOSCALER
    file.write_text(file.read_text().replace("averageUtilization", "averageValue"))
    with pytest.raises(DeploymentError, match=r"autoscaler\.yaml: spec\.metrics\.0\.resource\.target"):
        read_arrangement(copy)
