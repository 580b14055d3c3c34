"""A load test inside the cluster: what is refused, started, told and brought back, and what is said when it fails."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployment import record
from deployment.errors import DeploymentError
from deployment.kubectl import Kubectl
from deployment.load_fetch import fetch
from deployment.load_pods import wait_until_started
from deployment.record import Record
from deployment.request import PlatformName
from load_tests import parcel
from tests import api_objects as api
from tests.conftest import ROOT
from tests.deployment import objects
from tests.deployment.conftest import FakeClock, Run
from tests.deployment.stage import Stage

IN_CLUSTER = ("--platform", "minikube", "--where", "cluster")
PODS = "^kubectl get .*pods --selector app.kubernetes.io/name=load-"
MASTER_POD = "^kubectl get .*pod load-master-x"
LOGS = "^kubectl logs load-master-x|^kubectl logs .* load-master-x"
NO_JOB = 'Error from server (NotFound): jobs.batch "load-master" not found\n'
RUN_NAME = "20260102T030405-smoke"


def load_pod(name: str, phase: str = "Running", **state: Any) -> dict[str, Any]:
    """Return a pod of a load test."""
    return {
        "metadata": {"name": name},
        "status": {"phase": phase, "containerStatuses": [{"name": "load", "state": state}]},
    }


def log_of(folder: Path, exit_code: int, verdict: str = "PASS") -> str:
    """Return what a master writes whose run ended so."""
    run = folder / RUN_NAME
    run.mkdir(exist_ok=True)
    told = {"verdict": verdict, "exit_code": exit_code, "reason": "as it was told"}
    (run / "run.json").write_text(json.dumps(told), encoding="utf-8")
    return "\n".join(["  0 s of 28 s", *parcel.lines_of(run), ""])


@pytest.fixture
def bench(minikube: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stage:
    """Give a minikube with a service, on which a load test passes."""
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    api.FakeCluster(minikube.folder)
    record.write(Record(platform=PlatformName.MINIKUBE, overlay="single"), minikube.folder)
    service = {"metadata": {"name": "model-service"}, "spec": {"clusterIP": "10.96.0.7", "ports": [{"nodePort": 1}]}}
    minikube.answer("^kubectl get .*service model-service", json.dumps(service))
    minikube.answer("^kubectl auth .*can-i", "yes\n")
    minikube.answer("^kubectl get .*job load-master", errors=NO_JOB, exit_code=1)
    minikube.answer(f"{PODS}worker", objects.pods(load_pod("load-worker-1"), load_pod("load-worker-2")))
    minikube.answer(f"{PODS}master", objects.pods(load_pod("load-master-x")))
    ends(minikube, 0)
    return minikube


def ends(stage: Stage, exit_code: int, verdict: str = "PASS", reported: int | None = None, **ended: Any) -> None:
    """Tell how the load test ends."""
    state = {"terminated": {"exitCode": exit_code, "reason": "Completed", **ended}}
    stage.answer(MASTER_POD, json.dumps(load_pod("load-master-x", **state)))
    stage.answer(MASTER_POD, json.dumps(load_pod("load-master-x")), times=1)
    stage.answer(LOGS, log_of(stage.folder, exit_code if reported is None else reported, verdict))


def fetched() -> int:
    """Bring back what the load test left, with no record of the cluster; its exit code."""
    return fetch(Kubectl("minikube"), "load-master-x", FakeClock().clock(), Path("reports"))


def not_begun() -> str:
    """Why the pods do not start."""
    with pytest.raises(DeploymentError) as refusal:
        wait_until_started(Kubectl("minikube"), 2, FakeClock().clock())
    return str(refusal.value)


def test_image_jobs_progress_and_reports_come_in_this_order(
    bench: Stage, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
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


@pytest.mark.parametrize(("exit_code", "verdict"), [(1, "FAIL"), (3, "INCONCLUSIVE"), (4, "INVALID")])
def test_the_exit_code_is_the_verdicts(bench: Stage, exit_code: int, verdict: str) -> None:
    ends(bench, exit_code, verdict)
    assert fetched() == exit_code


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


def test_several_scenarios_have_the_worst_verdict_of_all(
    bench: Stage, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    bench.answer(MASTER_POD, json.dumps(load_pod("load-master-x", terminated={"exitCode": 0})))
    assert run("loadtest", *IN_CLUSTER, "smoke", "taxi") == 0
    assert capfd.readouterr().out.splitlines()[-1] == "PASS (exit 0): smoke PASS, taxi PASS"
    assert len(bench.called("kubectl apply")) == 2


@pytest.mark.parametrize("platform", ["docker", "local"])
@pytest.mark.parametrize("command", [("loadtest", "smoke"), ("doctor",), ("fetch",)], ids=lambda one: one[0])
def test_what_is_no_cluster_offers_no_load(
    stage: Stage, run: Run, capsys: pytest.CaptureFixture[str], platform: str, command: tuple[str, ...]
) -> None:
    assert run(command[0], "--platform", platform, "--where", "cluster", *command[1:]) == 2
    assert f"WHERE=cluster: {platform} is no cluster; PLATFORM=minikube, kind and kubernetes are" in (
        capsys.readouterr().err
    )
    assert stage.calls == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--where", "there"), "WHERE=there: choose one of here, cluster"),
        (("--workers", "0"), "WORKERS=0: give a number from 1 to 64"),
        (("--workers", "many"), "WORKERS=many: give a number from 1 to 64"),
        ((*IN_CLUSTER, "--host", "http://h:1"), "WHERE=cluster: pods reach nothing but the service"),
    ],
)
def test_what_makes_no_sense_is_refused(
    stage: Stage, run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert run("loadtest", *arguments, "smoke") == 2
    assert said in capsys.readouterr().err
    assert stage.calls == []


def test_a_scenario_that_cannot_be_run_is_refused_before_anything_is_built(
    bench: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("loadtest", *IN_CLUSTER, "no-such-scenario") == 2
    assert "no scenario 'no-such-scenario'" in capsys.readouterr().err
    assert bench.called("docker build") == []


def test_a_file_whose_name_no_config_map_takes_is_refused(
    bench: Stage, run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    odd = tmp_path / "my own.yaml"
    odd.write_text((ROOT / "load_tests/scenarios/smoke.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert run("loadtest", *IN_CLUSTER, str(odd)) == 2
    assert "rename the file" in capsys.readouterr().err
    assert bench.called("docker build") == []


def test_a_second_load_test_is_refused_while_one_is_under_way(
    bench: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.answer("^kubectl get .*job load-master", json.dumps({"metadata": {}, "status": {"active": 1}}))
    assert run("loadtest", *IN_CLUSTER, "smoke") == 2
    assert "a load test is under way in the cluster: `make fetch` follows it" in capsys.readouterr().err
    assert bench.called("kubectl delete") == []


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


def test_what_cannot_begin_is_removed(bench: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    state = objects.waiting("ErrImageNeverPull")
    bench.answer(f"{PODS}worker", objects.pods(load_pod("load-worker-1", "Pending", **state)))
    assert run("loadtest", *IN_CLUSTER, "smoke") == 2
    assert "the load test cannot begin" in capsys.readouterr().err
    assert len(bench.called("kubectl delete")) == 2, "before, and what was begun"


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


def test_a_generator_that_dies_proves_nothing(bench: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    ends(bench, 137, reason="OOMKilled")
    bench.answer(LOGS, "  0 s of 28 s\n")
    assert fetched() == 4
    said = capfd.readouterr().out.splitlines()[-1]
    assert said.startswith("INVALID (exit 4): the load test left no reports")
    assert "it took more memory than its limit" in said


def test_a_report_and_a_pod_that_disagree_prove_nothing(bench: Stage) -> None:
    ends(bench, 1, reported=0)
    assert fetched() == 4


def test_reports_that_come_damaged_are_no_verdict(bench: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    whole = log_of(bench.folder, 0).splitlines()
    bench.answer(LOGS, "\n".join([*whole[:2], *whole[3:]]) + "\n")
    assert fetched() == 4
    assert "the reports came damaged" in capfd.readouterr().out


def test_a_lost_connection_is_taken_up_where_it_broke(bench: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    whole = log_of(bench.folder, 0)
    bench.answer(MASTER_POD, errors="Unable to connect to the server\n", exit_code=1, times=3)
    bench.answer(MASTER_POD, json.dumps(load_pod("load-master-x")), times=1)
    bench.answer(LOGS, whole[: len(whole) // 2], errors="connection reset\n", exit_code=1, times=1)
    assert fetched() == 0
    assert capfd.readouterr().out.count("  0 s of 28 s") == 1


def test_a_cluster_that_is_lost_for_good_is_left_to_finish(
    bench: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.answer(MASTER_POD, errors="Unable to connect to the server\n", exit_code=1)
    assert run("loadtest", *IN_CLUSTER, "smoke") == 2
    assert "`make fetch` brings its reports" in capsys.readouterr().err
    assert len(bench.called("kubectl delete")) == 1, "what may go on is not removed"


def test_the_reports_of_a_load_test_that_nobody_waited_for_are_fetched(
    bench: Stage, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    ends(bench, 1, "FAIL")
    assert run("fetch") == 1
    assert capfd.readouterr().out.splitlines()[-1] == "FAIL (exit 1): as it was told"
    assert Path("reports", RUN_NAME, "run.json").exists()


def test_without_a_load_test_nothing_is_fetched(bench: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    bench.answer(f"{PODS}master", objects.pods())
    assert run("fetch") == 2
    assert "there is no load test in the cluster" in capsys.readouterr().err


def test_a_load_test_of_nothing_says_what_to_do(bench: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    bench.answer("^kubectl get .* namespace loadproof", errors='namespaces "loadproof" not found', exit_code=1)
    assert run("loadtest", *IN_CLUSTER, "smoke") == 2
    assert "nothing is deployed on minikube: run make deploy" in capsys.readouterr().err


def test_an_interruption_ends_the_pod_brings_its_reports_and_removes_the_jobs(bench: Stage) -> None:
    """The pod is given a deadline that is over, which keeps its log; it is not deleted before that is read."""
    whole = log_of(bench.folder, 4, "INVALID")
    bench.answer(LOGS, whole)
    bench.answer(LOGS, "  0 s of 28 s\n", stays_s=1, times=1)
    # As an older kubelet says it: it has forgotten the container.
    bench.answer(MASTER_POD, json.dumps(load_pod("load-master-x", "Failed", running={})))
    bench.answer(MASTER_POD, json.dumps(load_pod("load-master-x")), times=1)
    with _started(bench, "loadtest", *IN_CLUSTER, "smoke", "taxi") as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line == "  0 s of 28 s\n":
                process.send_signal(signal.SIGINT)
    assert process.returncode == 4, lines
    [patch] = bench.called("kubectl patch")
    assert "activeDeadlineSeconds" in patch.line
    calls = [
        call.line.split()[1] for call in bench.calls if call.line.split()[1] in ("apply", "patch", "logs", "delete")
    ]
    assert calls == ["delete", "apply", "logs", "patch", "logs", "delete"], "and taxi is not begun"
    assert lines[-1] == "INVALID (exit 4): smoke INVALID, taxi INVALID\n"


def _started(stage: Stage, *arguments: str) -> "subprocess.Popen[str]":
    """Start the command line as a process, on the real clock."""
    code = "import sys; from pathlib import Path; from deployment.__main__ import main; "
    code += f"sys.exit(main(sys.argv[1:], folder=Path({str(stage.folder)!r})))"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )


def test_doctor_looks_whether_jobs_may_be_made_and_fit(
    bench: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("doctor", *IN_CLUSTER) == 0
    assert "ok  load test: may make Jobs; 2 workers and their master ask for 0.5 CPU of 2" in capsys.readouterr().out
    assert run("doctor", *IN_CLUSTER, "--workers", "20") == 2
    assert "no  load test: 20 workers ask for 4.1 CPU of 2: WORKERS=1" in capsys.readouterr().out
    bench.answer("^kubectl auth .*can-i", "no\n", exit_code=1)
    assert run("doctor", *IN_CLUSTER) == 2
    assert "no  load test: you may make no Jobs in namespace loadproof" in capsys.readouterr().out


def test_a_deployment_removes_nothing_of_a_load_test(bench: Stage, run: Run) -> None:
    run("deploy")
    [asked] = [call for call in bench.called("kubectl get") if "configmap," in call.line]
    assert "app.kubernetes.io/component!=load-test" in asked.line
