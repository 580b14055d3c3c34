"""A minikube with a service, on which a load test passes."""

import json
from pathlib import Path

import pytest

from deployment import record
from deployment.record import Record
from deployment.request import PlatformName
from tests import api_objects as api
from tests.conftest import ROOT
from tests.deployment import objects
from tests.deployment.load.bench import CHECK, DRAW, JOIN, PODS, WATCH, ends, load_pod
from tests.deployment.stage import Stage

NO_JOB = 'Error from server (NotFound): jobs.batch "load-master" not found\n'


@pytest.fixture
def bench(minikube: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stage:
    """Give it; of the programs of `load_tests`, `check` is the real one for all but two scenarios."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    api.FakeCluster(minikube.folder)
    record.write(Record(platform=PlatformName.MINIKUBE, overlay="single"), minikube.folder)
    minikube.answer(f"{CHECK} smoke$", checked("smoke"))
    minikube.answer(f"{CHECK} smoke taxi$", checked("smoke", "taxi"))
    minikube.answer(WATCH, "watching\n")
    minikube.answer(JOIN, exit_code=2)
    minikube.answer(DRAW)
    service = {"metadata": {"name": "model-service"}, "spec": {"clusterIP": "10.96.0.7", "ports": [{"nodePort": 1}]}}
    minikube.answer("^kubectl get .*service model-service", json.dumps(service))
    minikube.answer("^kubectl get .*job load-master", errors=NO_JOB, exit_code=1)
    minikube.answer(f"{PODS}worker", objects.pods(load_pod("load-worker-1"), load_pod("load-worker-2")))
    minikube.answer(f"{PODS}master", objects.pods(load_pod("load-master-x")))
    ends(minikube, 0)
    return minikube


def checked(*names: str) -> str:
    """Return what `load_tests check` says of scenarios that can be run."""
    scenarios = ROOT / "load_tests" / "scenarios"
    told = [
        {"name": name, "file": str(scenarios / f"{name}.yaml"), "lasts_s": 28.0, "timeout_s": 2.0} for name in names
    ]
    return json.dumps(told)
