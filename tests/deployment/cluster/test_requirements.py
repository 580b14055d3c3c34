"""What a cluster does not allow, or has given away, is said before anything is built."""

import json

import pytest

from tests.deployment import objects
from tests.deployment.conftest import Run
from tests.deployment.stage import Stage

SERVICES = "^kubectl get .*services --all-namespaces"
EXTERNAL = {"metadata": {"name": "db", "namespace": "shop"}, "spec": {"type": "ExternalName"}}


def on_port(port: int, name: str, namespace: str) -> dict[str, object]:
    """Return a Service on a node port."""
    return {"metadata": {"name": name, "namespace": namespace}, "spec": {"ports": [{"nodePort": port}]}}


def refusal(stage: Stage, run: Run, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """What deploy says before it builds."""
    assert run("deploy", *options) == 2
    assert stage.called("docker build") == []
    return capsys.readouterr().err


def test_a_node_port_of_another_service_is_named(minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    minikube.answer(SERVICES, json.dumps({"items": [EXTERNAL, on_port(30808, "model-service", "shop")]}))
    said = refusal(minikube, run, capsys)
    assert "node port: 30808 belongs to Service model-service of namespace shop" in said
    assert "kubernetes/base/service.yaml" in said


@pytest.mark.parametrize("taken", [on_port(30808, "model-service", "loadproof"), on_port(30809, "web", "shop")])
def test_a_node_port_that_is_ours_already_or_free_is_in_order(
    minikube: Stage, run: Run, taken: dict[str, object]
) -> None:
    minikube.answer(SERVICES, json.dumps({"items": [EXTERNAL, taken]}))
    assert run("doctor") == 0


def test_where_foreign_services_may_not_be_read_nobody_knows_and_nothing_is_refused(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    minikube.answer(SERVICES, errors="Error from server (Forbidden): services is forbidden\n", exit_code=1)
    assert run("doctor") == 0
    assert "ok  node port: nobody knows whether 30808 is free" in capsys.readouterr().out


def test_whoever_may_make_no_namespace_needs_one_that_is_there(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    minikube.answer("^kubectl auth .*can-i create namespaces", "no\n", exit_code=1)
    assert run("doctor") == 0
    minikube.answer("^kubectl get .* namespace loadproof", errors=objects.NO_NAMESPACE, exit_code=1)
    assert "rights: you may make no namespace loadproof" in refusal(minikube, run, capsys)


def test_a_namespace_that_is_there_has_to_be_ours_to_change(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is applied like everything else."""
    minikube.answer("^kubectl auth .*can-i patch namespaces/loadproof", "no\n", exit_code=1)
    said = refusal(minikube, run, capsys)
    assert "rights: you may not say of namespace loadproof that it takes only restricted pods" in said


def test_whoever_may_make_no_deployments_is_told(minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    minikube.answer("^kubectl auth .*can-i create deployments", "no\n", exit_code=1)
    assert "rights: you may make no Deployments in namespace loadproof" in refusal(minikube, run, capsys)


def test_monitoring_needs_the_prometheus_operator(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = "Error from server (NotFound): the server could not find the requested resource\n"
    minikube.answer("^kubectl get .*--raw /apis/monitoring", errors=absent, exit_code=1)
    assert run("doctor") == 0
    said = refusal(minikube, run, capsys, "--monitoring")
    assert "monitoring: MONITORING=yes: this cluster has no Prometheus operator" in said
