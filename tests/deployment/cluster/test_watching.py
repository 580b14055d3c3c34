"""A load test on a cluster is watched, before there is load and until after its end."""

import pytest

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.watching import RECORD, watched
from deployment.errors import DeploymentError
from tests import api_objects as api
from tests.deployment.conftest import Run
from tests.deployment.stage import Stage


def test_a_cluster_is_seen_before_there_is_load(minikube: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    api.FakeCluster(minikube.folder)
    with watched(Kubectl("minikube"), minikube.folder / "build") as record:
        assert len(record.read_text(encoding="utf-8").splitlines()) >= 2, "what is watched, and a first look"
    assert "watching model-service in loadproof: 1 of 1 pods ready" in capsys.readouterr().out
    [proxy] = minikube.called("kubectl proxy")
    assert "--context minikube" in proxy.line
    assert "--reject-methods ^(POST|PUT|PATCH|DELETE)$" in proxy.line


def test_the_end_of_a_load_test_is_recorded(minikube: Stage) -> None:
    api.FakeCluster(minikube.folder)
    with watched(Kubectl("minikube"), minikube.folder) as record:
        before = len(record.read_text(encoding="utf-8").splitlines())
    assert len(record.read_text(encoding="utf-8").splitlines()) > before


def test_a_cluster_that_cannot_be_watched_gets_no_load(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    api.FakeCluster(minikube.folder).answer(api.APPS, {"message": "you may not"}, 403)
    assert run("loadtest", "--platform", "minikube", "smoke") == 2
    said = capsys.readouterr()
    assert "the cluster cannot be watched: you may not read" in said.err
    assert "Ask for the cluster role `view`" in said.err
    assert "of load on" not in said.out


def test_an_earlier_record_is_not_taken_for_this_one(minikube: Stage) -> None:
    (minikube.folder / RECORD).write_text("of another run", encoding="utf-8")
    api.FakeCluster(minikube.folder).answer(api.APPS, {"message": "no"}, 404)
    with pytest.raises(DeploymentError, match="nothing to watch"), watched(Kubectl("minikube"), minikube.folder):
        pass
    assert not (minikube.folder / RECORD).exists()
