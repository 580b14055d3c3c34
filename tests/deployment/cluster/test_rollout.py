"""Pods that do not come up: the reason is found soon, and said with their last words."""

from typing import Any

import pytest

from tests.deployment import objects
from tests.deployment.conftest import Run
from tests.deployment.stage import Stage

NONE_UP = objects.deployment(available=0)


def refusal(stage: Stage, run: Run, capsys: pytest.CaptureFixture[str], *pods: dict[str, Any]) -> str:
    """What deploy says of these pods, none of which is available."""
    stage.answer("^kubectl get .*deployment model-service", NONE_UP)
    stage.answer("^kubectl get .*pods", objects.pods(*pods))
    assert run("deploy") == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("container", "said"),
    [
        ({"state": objects.waiting("ErrImageNeverPull")}, "ErrImageNeverPull: the image is not in the node"),
        ({"state": objects.waiting("ImagePullBackOff", "no such host")}, "(no such host)"),
        ({"state": objects.waiting("ErrImagePull")}, "A private one wants a pull secret"),
        ({"state": objects.waiting("CreateContainerConfigError", "runAsNonRoot")}, "(runAsNonRoot)"),
        (
            {"state": objects.waiting("CrashLoopBackOff"), "restartCount": 3, "lastState": objects.ended("Error", 2)},
            "ended 3 times, the last time with exit code 2 (Error)",
        ),
        (
            {
                "state": objects.waiting("CrashLoopBackOff"),
                "restartCount": 4,
                "lastState": objects.ended("OOMKilled", 137),
            },
            "it took more memory than its limit (OOMKilled)",
        ),
    ],
)
def test_a_hopeless_pod_ends_the_waiting_at_once(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str], container: dict[str, Any], said: str
) -> None:
    told = refusal(minikube, run, capsys, objects.pod(ready=False, **container))
    assert "the rollout failed: pod new-abcde: " in told
    assert said in told
    assert "log of new-abcde: the last words" in told
    assert "event: 1s Warning BackOff pod/new-abcde Back-off" in told
    assert len(minikube.called("kubectl get --context minikube --namespace loadproof deployment")) == 1


def test_the_log_of_a_container_that_has_just_been_started_again_is_the_one_before(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    minikube.answer("^kubectl logs .*--previous", "the words before\n")
    minikube.answer("^kubectl logs .*=[0-9]+$")
    crashed = objects.pod(ready=False, restartCount=3, lastState=objects.ended("Error", 1))
    assert "log of new-abcde: the words before" in refusal(minikube, run, capsys, crashed)


def test_a_pod_that_fits_nowhere_is_waited_for_and_then_explained(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    told = refusal(minikube, run, capsys, objects.pod(ready=False, unscheduled="0/1 nodes: Insufficient cpu"))
    assert "not complete after 200 s: 0 of 1 pods available" in told
    assert "pod new-abcde fits on no node: 0/1 nodes: Insufficient cpu" in told


def test_pods_that_may_not_be_made_are_explained(minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    forbidden = {"type": "ReplicaFailure", "status": "True", "message": "violates PodSecurity restricted"}
    minikube.answer("^kubectl get .*deployment model-service", objects.deployment(updated=0, conditions=[forbidden]))
    assert run("deploy") == 2
    assert "no pod may be made: violates PodSecurity restricted" in capsys.readouterr().err


def test_the_failures_of_the_version_that_is_replaced_do_not_count(minikube: Stage, run: Run) -> None:
    crashed = objects.pod("old-abcde", ready=False, restartCount=9, lastState=objects.ended("Error", 1))
    minikube.answer("^kubectl get .*pods", objects.pods(crashed, objects.pod(ready=False)), times=4)
    minikube.answer("^kubectl get .*deployment model-service", NONE_UP, times=3)
    assert run("deploy") == 0


def test_a_rollout_is_not_over_while_an_old_pod_drains(minikube: Stage, run: Run) -> None:
    """It answers on, rightly or not, while the Deployment counts it no longer."""
    minikube.answer("^kubectl get .*pods", objects.pods(objects.pod("old-abcde"), objects.pod()), times=5)
    assert run("deploy") == 0
    assert len([call for call in minikube.called("kubectl get") if " pods --selector" in call.line]) > 5


def test_an_old_pod_that_does_not_go_is_named(minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    minikube.answer("^kubectl get .*pods", objects.pods(objects.pod("old-abcde"), objects.pod()))
    assert run("deploy") == 2
    assert "not complete after 200 s: old pods still drain: old-abcde" in capsys.readouterr().err


def test_an_old_pod_that_has_ended_and_is_only_listed_answers_nobody(minikube: Stage, run: Run) -> None:
    evicted = objects.pod("old-abcde", ready=False)
    evicted["status"]["phase"] = "Failed"
    minikube.answer("^kubectl get .*pods", objects.pods(evicted, objects.pod()))
    assert run("deploy") == 0


@pytest.mark.parametrize(
    "unfinished",
    [
        objects.deployment(observedGeneration=1),
        objects.deployment(updated=0),
        objects.deployment(total=2),
        objects.deployment(replicas=4, updated=4, total=4, available=3),
    ],
)
def test_a_rollout_is_over_when_every_pod_is_new_and_available(minikube: Stage, run: Run, unfinished: str) -> None:
    minikube.answer("^kubectl get .*deployment model-service", unfinished, times=5)
    assert run("deploy") == 0
    assert len(minikube.called("kubectl get --context minikube --namespace loadproof deployment model-service")) == 6
