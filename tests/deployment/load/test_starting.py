"""What is applied, and what is said of pods that do not start."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployment.cluster.kubectl import Kubectl
from deployment.errors import DeploymentError
from deployment.load.pods import wait_until_started
from tests.conftest import ROOT
from tests.deployment import objects
from tests.deployment.conftest import FakeClock, Run
from tests.deployment.load.bench import IN_CLUSTER, PODS, RUN_NAME, WATCH, load_pod
from tests.deployment.stage import PYTHON, Stage


def not_begun() -> str:
    """Why the pods do not start."""
    with pytest.raises(DeploymentError) as refusal:
        wait_until_started(Kubectl("minikube"), 2, FakeClock().clock())
    return str(refusal.value)


def test_image_jobs_progress_and_reports_come_in_this_order(
    bench: Stage, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    bench.pass_on(WATCH, [PYTHON])
    assert run("loadtest", *IN_CLUSTER, "smoke") == 0
    steps = [
        "docker build",
        "minikube --profile minikube image load",
        "kubectl proxy",
        "kubectl delete",
        "kubectl apply",
    ]
    positions = [bench.position(step) for step in [*steps, "kubectl logs"]]
    assert positions == sorted(positions)
    said = capfd.readouterr().out
    assert said.count("  0 s of 28 s") == 1, "a line that is read again is not told again"
    assert "LOADPROOF" not in said
    assert said.splitlines()[-1] == "PASS (exit 0): as it was told"
    assert json.loads(Path("reports", RUN_NAME, "run.json").read_text(encoding="utf-8"))["exit_code"] == 0


def test_what_is_applied_names_the_scenario_the_workers_and_the_service_itself(
    bench: Stage, run: Run, tmp_path: Path
) -> None:
    own = tmp_path / "of-my-own.yaml"
    own.write_text((ROOT / "load_tests/scenarios/smoke.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    run("loadtest", *IN_CLUSTER, "--workers", "5", str(own))
    folder = bench.folder / "load-test"
    assert (folder / own.name).read_text(encoding="utf-8") == own.read_text(encoding="utf-8")
    written = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    settings = written["configMapGenerator"][0]["literals"]
    assert "WORKERS=5" in settings
    assert "HOST=http://10.96.0.7" in settings
    assert "SCENARIO_FILE=/etc/loadproof/of-my-own.yaml" in settings
    patched = {
        (patch["target"]["name"], one["path"].rpartition("/")[2]): one["value"]
        for patch in written["patches"]
        for one in yaml.safe_load(patch["patch"])
    }
    assert patched["load-worker", "parallelism"] == patched["load-worker", "completions"] == 5


def test_a_service_of_ipv6_is_named_as_urls_have_it(bench: Stage, run: Run) -> None:
    spec = {"clusterIP": "fd00:10:96::7", "ports": [{"nodePort": 1}]}
    bench.answer(
        "^kubectl get .*service model-service", json.dumps({"metadata": {"name": "model-service"}, "spec": spec})
    )
    run("loadtest", *IN_CLUSTER, "smoke")
    written = yaml.safe_load((bench.folder / "load-test" / "kustomization.yaml").read_text(encoding="utf-8"))
    assert "HOST=http://[fd00:10:96::7]" in written["configMapGenerator"][0]["literals"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (objects.waiting("ErrImageNeverPull"), "ErrImageNeverPull: the image is not in the node"),
        (objects.waiting("ImagePullBackOff", "no such host"), "(no such host)"),
    ],
)
def test_a_pod_that_cannot_start_is_not_waited_for(bench: Stage, state: dict[str, Any], said: str) -> None:
    bench.answer(f"{PODS}worker", objects.pods(load_pod("load-worker-1", "Pending", **state)))
    told = not_begun()
    assert "the load test cannot begin: pod load-worker-1: " in told
    assert said in told
    assert "log of load-worker-1: the last words" in told
    assert len(bench.called("kubectl get --context minikube --namespace loadproof pods")) == 2


def test_pods_that_may_not_be_made_are_explained(bench: Stage) -> None:
    jobs = {"items": [{"metadata": {"name": "load-worker", "uid": "u1"}}]}
    events = [("u0", "of an earlier one"), ("u1", "exceeded quota: compute")]
    listed = {"items": [{"message": text, "involvedObject": {"uid": uid}} for uid, text in events]}
    bench.answer(f"{PODS}worker", objects.pods())
    bench.answer("^kubectl get .*jobs --selector", json.dumps(jobs))
    bench.answer("^kubectl get .*events .*FailedCreate", json.dumps(listed))
    assert "no pod may be made: exceeded quota: compute" in not_begun()


def test_pods_that_fit_on_no_node_are_waited_for_and_then_explained(bench: Stage) -> None:
    pending = objects.pod("load-worker-1", ready=False, unscheduled="0/1 nodes: Insufficient cpu")
    bench.answer(f"{PODS}worker", objects.pods(pending, load_pod("load-worker-2")))
    told = not_begun()
    assert "has not begun after 240 s, 2 of 3 pods started" in told
    assert "pod load-worker-1 fits on no node: 0/1 nodes: Insufficient cpu" in told


def test_what_cannot_begin_is_removed(bench: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    state = objects.waiting("ErrImageNeverPull")
    bench.answer(f"{PODS}worker", objects.pods(load_pod("load-worker-1", "Pending", **state)))
    assert run("loadtest", *IN_CLUSTER, "smoke") == 2
    assert "the load test cannot begin" in capsys.readouterr().err
    assert len(bench.called("kubectl delete")) == 2, "before, and what was begun"


def test_a_deployment_removes_nothing_of_a_load_test(bench: Stage, run: Run) -> None:
    run("deploy")
    [asked] = [call for call in bench.called("kubectl get") if "configmap," in call.line]
    assert "app.kubernetes.io/component!=load-test" in asked.line
