"""Pods are replaced and taken away under load, and afterwards there are as many as before."""

import time
from collections.abc import Callable
from functools import partial

import pytest

from deployment.cluster.disruption import PODS, Act, under_disruption
from deployment.cluster.kubectl import Kubectl
from deployment.errors import DeploymentError
from deployment.waiting import REAL_CLOCK
from tests.deployment import objects
from tests.deployment.conftest import FakeClock, Run
from tests.deployment.stage import Stage

PATIENCE_S = 20.0
LOOKS_BEFORE_RESTART = 3
"""At the pods: two until they are there, and one at who is to be replaced."""
RESTART = Act(0.0, "rolling restart", ("rollout", "restart"), replaces_all=True)
ACTS = (RESTART, Act(0.0, "scale-down", ("scale", "--replicas=1")))


@pytest.fixture
def scaled(minikube: Stage) -> Stage:
    """Give a cluster without an autoscaler, on which everything may be done."""
    minikube.answer("^kubectl get .*horizontalpodautoscaler", '{"items": []}')
    minikube.answer("^kubectl (scale|rollout)")
    minikube.answer("^kubectl get .*pods", three_pods("new"))
    minikube.answer("^kubectl get .*pods", three_pods("old"), times=LOOKS_BEFORE_RESTART)
    minikube.answer("^kubectl get .*deployment model-service", objects.deployment(2, 2, 2, 2))
    return minikube


def three_pods(version: str) -> str:
    """What kubectl says of three pods; all are of the newest replica set."""
    made = [objects.pod(f"new-{version}-{number}") for number in range(3)]
    for number, pod in enumerate(made):
        pod["metadata"] |= {"uid": f"{version}-{number}"}
    return objects.pods(*made)


def wait_for_acts(stage: Stage, begins: Callable[[], None]) -> int:
    """A load test that ends with the verdict FAIL when everything was done, and nothing before it has begun."""
    assert not stage.called("kubectl rollout restart")
    begins()
    ends_s = time.monotonic() + PATIENCE_S
    while not any("--replicas=1" in call.line for call in stage.called("kubectl scale")):
        assert time.monotonic() < ends_s, stage.calls
        time.sleep(0.05)
    return 1


def ends_at_once(begins: Callable[[], None]) -> int:
    """A load test that ends when it begins."""
    begins()
    return 0


def test_pods_are_replaced_and_taken_away_under_load_and_there_are_as_many_as_before(scaled: Stage) -> None:
    exit_code = under_disruption(Kubectl(), FakeClock().clock(), partial(wait_for_acts, scaled), ACTS)
    assert exit_code == 1, "the load test's"
    done = [call.line for call in scaled.calls if call.line.startswith(("kubectl scale", "kubectl rollout"))]
    assert [line.split()[1] for line in done] == ["scale", "rollout", "scale", "scale"]
    assert done[0].endswith(f"--replicas={PODS}")
    assert done[-1].endswith("--replicas=2")


def test_a_load_test_that_ends_before_everything_was_done_proves_nothing(scaled: Stage) -> None:
    late = (Act(PATIENCE_S, "rolling restart", ("rollout", "restart")),)
    with pytest.raises(DeploymentError, match="it ended before the rolling restart"):
        under_disruption(Kubectl(), FakeClock().clock(), ends_at_once, late)
    assert scaled.called("kubectl scale")[-1].line.endswith("--replicas=2")


def test_a_restart_that_replaced_nothing_proves_nothing(scaled: Stage) -> None:
    """As when the pod that is to come first finds no room."""
    scaled.answer("^kubectl get .*pods", three_pods("old"))

    def run_load(begins: Callable[[], None]) -> int:
        begins()
        ends_s = time.monotonic() + PATIENCE_S
        while sum(" pods " in call.line for call in scaled.called("kubectl get")) <= LOOKS_BEFORE_RESTART:
            assert time.monotonic() < ends_s, scaled.calls
            time.sleep(0.05)
        return 0

    with pytest.raises(DeploymentError, match="3 of 3 pods were not replaced before the scale-down"):
        under_disruption(Kubectl(), FakeClock().clock(), run_load, ACTS)


def test_what_cannot_be_done_is_said(scaled: Stage) -> None:
    scaled.answer("^kubectl rollout", errors="Forbidden", exit_code=1)
    with pytest.raises(DeploymentError, match="Forbidden"):
        under_disruption(Kubectl(), FakeClock().clock(), partial(wait_for_acts, scaled), ACTS)


def test_where_an_autoscaler_would_scale_against_it_nothing_is_done(scaled: Stage) -> None:
    scaled.answer("^kubectl get .*horizontalpodautoscaler", f'{{"items": [{objects.autoscaler()}]}}')
    with pytest.raises(DeploymentError, match="make deploy OVERLAY=single"):
        under_disruption(Kubectl(), REAL_CLOCK, lambda _: 0)
    assert not scaled.called("kubectl scale")


@pytest.mark.parametrize("where", [("--platform", "local"), ("--platform", "minikube", "--host", "http://127.0.0.1:9")])
def test_only_the_pods_of_a_cluster_can_be_replaced(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str], where: tuple[str, ...]
) -> None:
    assert run("disrupt", *where) == 2
    assert "PLATFORM=minikube, kind or kubernetes" in capsys.readouterr().err
    assert not minikube.called("kubectl scale")
