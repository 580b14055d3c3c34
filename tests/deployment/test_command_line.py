"""What may be asked for, what is refused, and where a load test goes."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deployment import record
from deployment.pod_template import read_pod_template
from deployment.record import Record
from deployment.request import OVERLAYS, PlatformName
from tests.api_objects import FakeCluster
from tests.conftest import ROOT, RunningService
from tests.deployment.conftest import Run
from tests.deployment.stage import Stage
from tests.kubernetes.rendered import needs_kubectl, rendered


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--platform", "dokcer"), "PLATFORM=dokcer: choose one of minikube, kind, kubernetes, docker, local"),
        (("--overlay", "double"), "OVERLAY=double: choose one of autoscaled, seed, single"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert run("deploy", *arguments) == 2
    assert capsys.readouterr().err == f"{said}\n"


def test_a_load_test_goes_to_what_is_deployed_and_its_exit_code_is_the_verdicts(
    minikube: Stage, run: Run, served: RunningService, capfd: pytest.CaptureFixture[str]
) -> None:
    """A scenario that does not exist is refused with exit code 2, after the URL was found."""
    record.write(Record(platform=PlatformName.MINIKUBE, overlay="single"), minikube.folder)
    FakeCluster(minikube.folder)
    assert run("loadtest", "no-such-scenario") == 2
    assert "no scenario 'no-such-scenario'" in capfd.readouterr().err
    assert minikube.called("minikube --profile minikube service")
    assert served.process.poll() is None


@pytest.mark.parametrize("stands", [None, False])
def test_without_a_deployment_a_load_test_goes_to_the_port_of_this_machine(
    stage: Stage, run: Run, capfd: pytest.CaptureFixture[str], stands: bool | None
) -> None:
    if stands is not None:
        record.write(Record(platform=PlatformName.MINIKUBE, overlay="single", stands=stands), stage.folder)
    assert run("loadtest", "--port", "9", "smoke") == 4
    assert "http://127.0.0.1:9 is not reachable" in capfd.readouterr().out


def test_a_host_that_is_named_counts_before_what_is_deployed(
    minikube: Stage, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    record.write(Record(platform=PlatformName.MINIKUBE, overlay="single"), minikube.folder)
    assert run("loadtest", "--host", "http://127.0.0.1:9", "smoke") == 4
    assert "http://127.0.0.1:9 is not reachable" in capfd.readouterr().out
    assert minikube.calls == []


def test_a_deployment_goes_to_minikube_wherever_the_last_one_went(minikube: Stage, run: Run) -> None:
    record.write(Record(platform=PlatformName.DOCKER, overlay="single", stands=False), minikube.folder)
    assert run("deploy") == 0
    assert minikube.called("kubectl apply")


def test_a_load_test_of_nothing_says_what_to_do(minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    minikube.answer("^kubectl get .* namespace loadproof", errors='namespaces "loadproof" not found', exit_code=1)
    assert run("loadtest", "--platform", "minikube", "smoke") == 2
    assert "nothing is deployed on minikube: run make deploy" in capsys.readouterr().err


def test_a_signal_reaches_the_load_test_and_its_verdict_comes_back(stage: Stage, served: RunningService) -> None:
    """Told to stop, a run is INVALID (exit code 4) and says so, and what started it waits for that."""
    command = [sys.executable, "-m", "deployment", "loadtest", "--host", served.url, "staged"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if "normal: " in line and not any("normal: " in before for before in lines[:-1]):
                process.send_signal(signal.SIGTERM)
    assert process.returncode == 4
    assert [line for line in lines if line.startswith("INVALID (exit 4)")], lines
    assert stage.calls == []


def planned(target: str, *variables: str) -> str:
    """What make would run."""
    make = shutil.which("make")
    assert make is not None
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    finished = subprocess.run(
        [make, "--dry-run", target, *variables], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return " ".join(finished.stdout.replace("\\\n", " ").split())


@pytest.mark.parametrize("target", ["doctor", "deploy", "status", "teardown"])
def test_make_passes_on_what_it_is_told(target: str) -> None:
    told = planned(target, "PLATFORM=kind", "OVERLAY=seed", "REGISTRY=r.example", "BASE_IMAGE=b:1", "PORT=9000")
    wanted = '--platform "kind" --overlay "seed" --registry "r.example" --base-image "b:1" --port "9000" --host ""'
    assert f"-m deployment {target} {wanted}" in told
    assert "--monitoring" in planned(target, "MONITORING=yes")


def test_make_passes_scenario_and_host_on() -> None:
    told = planned("loadtest", "SCENARIO=smoke taxi", "HOST=http://h:1")
    assert '--host "http://h:1"' in told
    assert told.endswith("smoke taxi")


@needs_kubectl
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
