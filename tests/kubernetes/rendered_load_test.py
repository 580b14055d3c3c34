"""The manifests of a load test in the cluster, as `make loadtest WHERE=cluster` applies them."""

import tempfile
from functools import cache
from pathlib import Path

import yaml

from deployment.image import LOAD_IMAGE, describe
from deployment.load.manifests import LoadTest, render
from deployment.load.scenario_files import ScenarioFile
from deployment.request import PlatformName, Request
from load_tests.specification.scenario import SCENARIOS
from tests.kubernetes.rendered import KUBECTL, Object, Rendered

SMOKE = ScenarioFile(name="smoke", file=SCENARIOS / "smoke.yaml", lasts_s=28.0, timeout_s=2.0)
WORKERS = 3


@cache
def load_test_text() -> str:
    """Return all of it as YAML."""
    with tempfile.TemporaryDirectory() as folder:
        request = Request(PlatformName.MINIKUBE, folder=Path(folder))
        load_test = LoadTest("20260102T030405-smoke", SMOKE, "http://10.96.0.7", WORKERS)
        return render(request, load_test, describe(request, LOAD_IMAGE), (KUBECTL,), preloaded=True)


@cache
def load_test() -> Rendered:
    """Return all of it."""
    return Rendered(tuple(one for one in yaml.safe_load_all(load_test_text()) if one))


def job(name: str) -> Object:
    """Return the Job of the master or of the workers."""
    [one] = [one for one in load_test().of_kind("Job") if one["metadata"]["name"] == name]
    return one


def pod_of(name: str) -> Object:
    """Return the spec of its pods."""
    spec: Object = job(name)["spec"]["template"]["spec"]
    return spec


def labels_of(name: str) -> dict[str, str]:
    """Return the labels of its pods."""
    labels: dict[str, str] = job(name)["spec"]["template"]["metadata"]["labels"]
    return labels
