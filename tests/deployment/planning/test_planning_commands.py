"""Capacity is measured on one pod that stays one, a plan that fails writes nothing, an experiment needs a cluster."""

import json
from pathlib import Path

import pytest

from deployment import record
from deployment.record import Record
from deployment.request import PlatformName
from tests.conftest import ROOT
from tests.deployment.conftest import Run
from tests.deployment.stage import Stage

PLANNING = "^python -m load_tests.planning"


def test_capacity_is_measured_on_what_is_deployed_under_its_limit(minikube: Stage, run: Run) -> None:
    record.write(Record(platform=PlatformName.MINIKUBE, overlay="single"), minikube.folder)
    minikube.answer(PLANNING, exit_code=3)
    assert run("capacity", "staged") == 3
    [call] = minikube.called("python -m load_tests.planning")
    assert call.line.startswith("python -m load_tests.planning capacity staged --host http://127.0.0.1:")
    assert call.line.endswith(" --out reports/capacity.json --limit 500m")


def test_capacity_is_not_measured_while_an_autoscaler_adds_pods(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    record.write(Record(platform=PlatformName.MINIKUBE, overlay="autoscaled"), minikube.folder)
    assert run("capacity", "staged") == 2
    assert "capacity is what one replica takes: make deploy OVERLAY=single" in capsys.readouterr().err


def test_without_a_deployment_capacity_is_that_of_the_port_of_this_machine(stage: Stage, run: Run) -> None:
    stage.answer(PLANNING)
    assert run("capacity", "--port", "9", "staged") == 0
    [call] = stage.calls
    assert call.line == (
        "python -m load_tests.planning capacity staged --host http://127.0.0.1:9 --out reports/capacity.json"
    )


@pytest.mark.parametrize("command", ["capacity", "plan"])
def test_one_scenario_at_a_time(stage: Stage, run: Run, capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run(command, "--host", "http://127.0.0.1:9", "smoke", "taxi") == 2
    assert capsys.readouterr().err == "SCENARIO=smoke taxi: give one scenario\n"
    assert not stage.calls


def test_a_plan_that_fails_leaves_the_overlay_as_it_was(stage: Stage, run: Run) -> None:
    overlays = ROOT / "kubernetes" / "overlays"
    before = {path: path.read_bytes() for path in overlays.rglob("*.yaml")}
    stage.answer(PLANNING, exit_code=1)
    assert run("plan", "staged") == 1
    assert {path: path.read_bytes() for path in overlays.rglob("*.yaml")} == before


@pytest.mark.parametrize("options", [("--platform", "local"), ("--host", "http://127.0.0.1:9")])
def test_an_experiment_takes_a_cluster(
    stage: Stage, run: Run, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    assert run("experiment", *options, "sudden") == 2
    assert "only a cluster has an autoscaler" in capsys.readouterr().err
    assert not stage.calls


def test_an_experiment_ends_with_the_verdict_on_what_was_planned(
    minikube: Stage, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each arrangement is deployed, loaded and watched; an interruption ends it."""
    monkeypatch.chdir(minikube.folder)
    autoscaler = {
        "metadata": {"name": "model-service"},
        "spec": {"minReplicas": 1},
        "status": {"conditions": [{"type": "ScalingActive", "status": "True"}]},
    }
    minikube.answer("^kubectl get .*horizontalpodautoscaler model-service", json.dumps(autoscaler))
    minikube.answer("^python -m load_tests.cluster watch", "watching\n")
    minikube.answer("^python -m load_tests run", exit_code=1)
    minikube.answer("^python -m load_tests run .*/planned$", exit_code=0)
    minikube.answer(PLANNING)
    assert run("experiment", "sudden") == 0
    loads = [Path(call.line.rpartition(" ")[2]).name for call in minikube.called("python -m load_tests run")]
    assert loads == ["single", "autoscaled", "planned"]
    [shown] = minikube.called("python -m load_tests.planning side-by-side")
    assert [Path(part).name for part in shown.line.split()[-3:]] == loads

    minikube.answer("^python -m load_tests run", exit_code=4)
    assert run("experiment", "sudden") == 4
    assert len(minikube.called("python -m load_tests run")) == 4
