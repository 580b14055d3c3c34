"""A stage with a minikube on which everything goes well, a clock that does not wait, and a service to answer."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployment.__main__ import main
from deployment.waiting import Clock
from tests.api_objects import FAKE_KUBECTL
from tests.deployment import objects, right_service
from tests.deployment.stage import PYTHON, Stage

Run = Callable[..., int]


class FakeClock:
    """Time that passes only when somebody waits, and then fast: every look at a cluster runs programs."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def sleep(self, duration_s: float) -> None:
        """Let time pass."""
        self.now_s += 30 * duration_s

    def clock(self) -> Clock:
        """Return it as the commands know it."""
        return Clock(lambda: self.now_s, self.sleep)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Give a machine with Python alone, and without a deployment."""
    made = Stage(tmp_path)
    made.install("python")
    made.pass_on("^python", [PYTHON])
    monkeypatch.setattr(sys, "executable", str(made.bin / "python"))
    monkeypatch.setenv("PATH", str(made.bin))
    for name in [name for name in os.environ if name.startswith(("SERVICE_", "MINIKUBE_", "KIND_"))]:
        monkeypatch.delenv(name)
    return made


@pytest.fixture
def run(stage: Stage) -> Run:
    """Give the command line, on a clock that does not wait: ``run("deploy", "--platform", "kind")``."""
    return lambda *arguments: main(list(arguments), FakeClock().clock(), stage.folder)


@pytest.fixture(scope="session")
def served_port() -> Iterator[int]:
    """Give the port of a service that answers rightly."""
    with right_service.served() as port:
        yield port


@pytest.fixture
def cluster(stage: Stage, served_port: int) -> Stage:
    """Give a cluster on which everything goes well, with kubectl and Docker."""
    stage.install("kubectl", "docker")
    stage.answer("^docker version", "29.1\n")
    stage.answer("^docker (build|push|image rm)")
    stage.answer("^docker image ls", "loadproof-service:0123\n<none>:<none>\npython:3.11\n")
    stage.answer("^kubectl version", "Client Version: v1.37.0\n")
    stage.answer("^kubectl get .*--raw /readyz", "ok")
    stage.answer("^kubectl get .*--raw /apis/")
    stage.answer("^kubectl auth .*can-i", "yes\n")
    stage.answer("^kubectl get .*services --all-namespaces", '{"items": []}')
    stage.answer("^kubectl kustomize", objects.MANIFESTS)
    stage.answer("^kubectl (apply|delete|patch|rollout)")
    stage.answer("^kubectl get .* namespace loadproof", objects.namespace())
    stage.answer("^kubectl get .*deployment model-service", objects.deployment())
    stage.answer("^kubectl get .*replicasets", objects.replica_sets())
    stage.answer("^kubectl get .*pods", objects.pods(objects.pod()))
    unknown = 'error: the server doesn\'t have a resource type "servicemonitor"\n'
    stage.answer("^kubectl get .*servicemonitor", errors=unknown, exit_code=1)
    stage.answer("^kubectl get .*configmap,", "configmap/rest-config-new\n")
    stage.answer("^kubectl get .*horizontalpodautoscaler --selector")
    stage.answer("^kubectl get .*service model-service", objects.service(served_port))
    stage.answer("^kubectl get .*nodes", objects.nodes(("InternalIP", "127.0.0.1")))
    stage.answer("^kubectl top", "new-abcde 3m 70Mi\n")
    stage.answer("^kubectl get .*events", "1s Warning BackOff pod/new-abcde Back-off\n")
    stage.answer("^kubectl logs", "the last words\n")
    stage.pass_on("^kubectl proxy", [PYTHON, str(FAKE_KUBECTL), str(stage.folder)])
    return stage


@pytest.fixture
def minikube(cluster: Stage, served_port: int) -> Stage:
    """Give the same in minikube."""
    cluster.install("minikube")
    cluster.answer("^minikube .* status", "minikube\nhost: Running\nkubelet: Running\napiserver: Running\n")
    cluster.answer("^minikube .* image (load|rm)")
    cluster.answer("^minikube .* image ls", "registry.k8s.io/pause:3.10\n")
    cluster.answer("^minikube .* addons list", '{"metrics-server": {"Profile": "minikube", "Status": "enabled"}}')
    cluster.answer("^minikube .* addons enable")
    cluster.answer("^minikube .* service model-service", f"http://127.0.0.1:{served_port}\n")
    cluster.answer("^kubectl get .*metrics-server", objects.metrics_server("--metric-resolution=15s"))
    return cluster
