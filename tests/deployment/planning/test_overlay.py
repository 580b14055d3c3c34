"""The overlay of a plan is the autoscaled one with other bounds, and the committed one is what a plan came to."""

from pathlib import Path

import pytest
import yaml

from deployment.errors import DeploymentError
from deployment.planning.overlay import OVERLAY, Plan, read_plan, write_overlay
from tests.kubernetes.rendered import rendered

PLAN = Plan(why="sudden: 28/s need 2 replicas.", least=3, most=10, target_percent=50)


def test_what_is_written_are_the_bounds_of_the_plan(tmp_path: Path) -> None:
    folder = write_overlay(PLAN, tmp_path)
    text = (folder / "autoscaler.yaml").read_text()
    spec = yaml.safe_load(text)["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (3, 10)
    assert spec["metrics"][0]["resource"]["target"]["averageUtilization"] == 50
    assert text.startswith("# Written by `make plan`:\n# sudden: 28/s need 2 replicas.\n")


def test_a_second_plan_takes_the_place_of_the_first(tmp_path: Path) -> None:
    write_overlay(PLAN, tmp_path)
    folder = write_overlay(PLAN.model_copy(update={"least": 5}), tmp_path)
    assert yaml.safe_load((folder / "autoscaler.yaml").read_text())["spec"]["minReplicas"] == 5


@pytest.mark.parametrize("content", [None, "", "{}", '{"least": "many"}'])
def test_what_is_no_plan_is_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "plan.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DeploymentError, match=r"plan\.json holds no plan: make plan"):
        read_plan(path)


def test_only_its_bounds_tell_it_from_the_autoscaled_overlay() -> None:
    planned, autoscaled = rendered(OVERLAY), rendered("autoscaled")
    kind = "HorizontalPodAutoscaler"
    assert [one for one in planned.objects if one["kind"] != kind] == [
        one for one in autoscaled.objects if one["kind"] != kind
    ]
    assert planned.the(kind)["spec"]["behavior"] == autoscaled.the(kind)["spec"]["behavior"]
