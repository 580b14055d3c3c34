"""What may be asked for, what is refused, and where a load test goes."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from deployment import record
from deployment.load.here import run_load_test
from deployment.pod_template import read_pod_template
from deployment.record import Record
from deployment.request import OVERLAYS, PlatformName
from tests.api_objects import FakeCluster
from tests.conftest import ROOT
from tests.deployment import objects
from tests.deployment.conftest import Run
from tests.deployment.process import started
from tests.deployment.stage import PYTHON, Stage
from tests.kubernetes.rendered import rendered

LOAD = "^python -m load_tests run"
STOPS_WHEN_TOLD = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("told to stop") or 4))
print("under load", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--platform", "dokcer"), "PLATFORM=dokcer: choose one of minikube, kind, kubernetes, docker, local"),
        (("--port", "http"), "PORT=http: give a number from 1 to 65535"),
        (("--port", "65536"), "PORT=65536: give a number from 1 to 65535"),
        (("--overlay", "double"), "OVERLAY=double: choose one of autoscaled, planned, seed, single"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert run("deploy", *arguments) == 2
    assert capsys.readouterr().err == f"{said}\n"


def test_a_drain_that_outlasts_the_grace_period_is_refused(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_DRAIN_SECONDS", "60")
    assert run("deploy") == 2
    assert "SERVICE_DRAIN_SECONDS=60, SERVICE_STOP_TIMEOUT_S=10: a pod has" in capsys.readouterr().err
    assert not minikube.called("docker build")


def test_a_load_test_goes_to_what_is_deployed_and_its_exit_code_is_the_verdicts(
    minikube: Stage, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    """A scenario that does not exist is refused with exit code 2, after the URL was found."""
    record.write(Record(platform=PlatformName.MINIKUBE, overlay="single"), minikube.folder)
    FakeCluster(minikube.folder)
    assert run("loadtest", "no-such-scenario") == 2
    assert "no scenario 'no-such-scenario'" in capfd.readouterr().err
    assert minikube.called("minikube --profile minikube service")


@pytest.mark.parametrize(
    "silent",
    [
        'error: context "minikube" does not exist',
        "Unable to connect to the server: getting credentials: exec: executable cloud-auth-plugin not found",
        "Error from server (NotFound): the server could not find the requested resource",
    ],
)
@pytest.mark.parametrize("command", ["status", "fetch", "disrupt", "teardown"])
def test_where_no_cluster_answers_the_doctor_is_named_once(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str], command: str, silent: str
) -> None:
    """A missing plugin for the login is "not found", and nothing that it would have led to is."""
    minikube.answer("^kubectl get ", errors=silent, exit_code=1)
    assert run(command) == 2
    told = capsys.readouterr().err
    assert silent in told
    assert told.count("`make doctor` looks whether everything is there") == 1


@pytest.mark.parametrize("stands", [None, False])
def test_without_a_deployment_a_load_test_goes_to_the_port_of_this_machine(
    stage: Stage, run: Run, stands: bool | None
) -> None:
    if stands is not None:
        record.write(Record(platform=PlatformName.MINIKUBE, overlay="single", stands=stands), stage.folder)
    stage.answer(LOAD, exit_code=3)
    assert run("loadtest", "--port", "9", "smoke") == 3
    assert [call.line for call in stage.calls] == ["python -m load_tests run smoke --host http://127.0.0.1:9"]


def test_a_host_that_is_named_counts_before_what_is_deployed(minikube: Stage, run: Run) -> None:
    record.write(Record(platform=PlatformName.MINIKUBE, overlay="single"), minikube.folder)
    minikube.answer(LOAD, exit_code=4)
    assert run("loadtest", "--host", "http://127.0.0.1:9", "smoke", "taxi") == 4
    assert [call.line for call in minikube.calls] == ["python -m load_tests run smoke taxi --host http://127.0.0.1:9"]


def test_a_deployment_goes_to_minikube_wherever_the_last_one_went(minikube: Stage, run: Run) -> None:
    record.write(Record(platform=PlatformName.DOCKER, overlay="single", stands=False), minikube.folder)
    assert run("deploy") == 0
    assert minikube.called("kubectl apply")


def test_a_load_test_of_nothing_says_what_to_do(minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    minikube.answer("^kubectl get .* namespace loadproof", errors=objects.NO_NAMESPACE, exit_code=1)
    assert run("loadtest", "--platform", "minikube", "smoke") == 2
    assert "nothing is deployed on minikube: run make deploy" in capsys.readouterr().err


def test_a_signal_reaches_the_load_test_and_its_verdict_comes_back(stage: Stage) -> None:
    """What started it waits until it has ended as it wants to."""
    stage.pass_on(LOAD, [PYTHON, "-c", STOPS_WHEN_TOLD])
    with started(stage, "loadtest", "--host", "http://127.0.0.1:9", "smoke") as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line == "under load\n":
                process.send_signal(signal.SIGTERM)
    assert line == "told to stop\n"
    assert process.returncode == 4


def test_a_signal_that_comes_while_the_load_test_starts_reaches_it_as_well(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    started_in_time = subprocess.Popen

    def start_late(command: list[str]) -> "subprocess.Popen[bytes]":
        os.kill(os.getpid(), signal.SIGTERM)
        return started_in_time(command)

    stage.answer(LOAD, stays_for="a call that never comes")
    monkeypatch.setattr(subprocess, "Popen", start_late)
    assert run_load_test("http://127.0.0.1:9", ["smoke"]) == -signal.SIGTERM


def planned(*arguments: str) -> str:
    """What make would run."""
    make = shutil.which("make")
    assert make is not None
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    finished = subprocess.run(
        [make, "--dry-run", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return " ".join(finished.stdout.replace("\\\n", " ").split())


def test_make_passes_on_what_it_is_told() -> None:
    targets = ("doctor", "deploy", "status", "fetch", "disrupt", "teardown")
    told = planned(*targets, "PLATFORM=kind", "OVERLAY=seed", "REGISTRY=r.example", "BASE_IMAGE=b:1", "PORT=9000")
    wanted = '--platform "kind" --overlay "seed" --registry "r.example" --base-image "b:1" --port "9000" --host ""'
    assert [target for target in targets if f"-m deployment {target} {wanted}" not in told] == []
    assert "--monitoring" not in told


def test_make_passes_scenario_host_and_place_on() -> None:
    told = planned("loadtest", "SCENARIO=smoke taxi", "HOST=http://h:1", "WHERE=cluster", "WORKERS=3", "MONITORING=yes")
    assert '--host "http://h:1" --where "cluster" --workers "3" --monitoring' in told
    assert told.endswith("smoke taxi")
    assert planned("loadtest", "SCENARIO=").endswith(' ""'), "so that it is refused as the name of no scenario"


@pytest.mark.parametrize("overlay", sorted(path.name for path in OVERLAYS.iterdir()))
def test_the_pod_that_docker_copies_is_the_one_that_kustomize_makes(overlay: str) -> None:
    made, read = rendered(overlay).pod, read_pod_template(overlay)
    assert read == type(read).model_validate(made)


def test_nothing_of_the_committed_manifests_is_changed_by_a_deployment(minikube: Stage, run: Run) -> None:
    before = _contents(ROOT / "kubernetes")
    run("deploy")
    assert _contents(ROOT / "kubernetes") == before
    assert minikube.called("kubectl apply")


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*.yaml")}
