"""A load test of an autoscaler begins when the autoscaler sees something, and not before."""

import pytest

from tests.deployment import objects
from tests.deployment.conftest import Run
from tests.deployment.stage import Stage

TOP = "^kubectl top"
AUTOSCALER = "^kubectl get .*horizontalpodautoscaler model-service"


@pytest.fixture
def autoscaled(minikube: Stage) -> Stage:
    """Give a minikube to which the overlay with an autoscaler is brought."""
    minikube.answer("^kubectl kustomize", objects.AUTOSCALED)
    minikube.answer(AUTOSCALER, objects.autoscaler())
    return minikube


def test_metrics_that_come_late_are_waited_for(autoscaled: Stage, run: Run) -> None:
    autoscaled.answer(TOP, errors="error: metrics not available yet\n", exit_code=1, times=4)
    assert run("deploy", "--overlay", "autoscaled") == 0
    assert len(autoscaled.called("kubectl top")) == 5


def test_a_metrics_server_that_was_just_enabled_and_does_not_answer_yet_is_waited_for(
    autoscaled: Stage, run: Run
) -> None:
    unavailable = "Error from server (ServiceUnavailable): the server is currently unable to handle the request\n"
    autoscaled.answer("^kubectl get .*--raw /apis/metrics", errors=unavailable, exit_code=1)
    autoscaled.answer(TOP, errors=unavailable, exit_code=1, times=2)
    assert run("deploy", "--overlay", "autoscaled") == 0
    assert len(autoscaled.called("kubectl top")) == 3


@pytest.mark.parametrize("annotated", [False, True])
def test_an_autoscaler_that_sees_nothing_yet_is_waited_for(autoscaled: Stage, run: Run, annotated: bool) -> None:
    autoscaled.answer(AUTOSCALER, objects.autoscaler(annotated=annotated))
    autoscaled.answer(AUTOSCALER, objects.autoscaler("False", "FailedGetResourceMetric", annotated), times=3)
    assert run("deploy", "--overlay", "autoscaled") == 0
    looks = [call for call in autoscaled.calls if "horizontalpodautoscaler model-service" in call.line]
    assert len(looks) == 3 + 1 + 1, "not yet, now, and once for how many pods it wants at least"


def test_an_autoscaler_that_never_sees_anything_fails_the_deployment(
    autoscaled: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    autoscaled.answer(AUTOSCALER, objects.autoscaler("False", "FailedGetResourceMetric"))
    assert run("deploy", "--overlay", "autoscaled") == 2
    assert "no metrics after 180 s: FailedGetResourceMetric" in capsys.readouterr().err


def test_without_an_autoscaler_missing_metrics_are_a_note(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    minikube.answer(TOP, errors="error: Metrics API not available\n", exit_code=1)
    assert run("deploy") == 0
    assert "note: no metrics after 180 s: error: Metrics API not available" in capsys.readouterr().out
