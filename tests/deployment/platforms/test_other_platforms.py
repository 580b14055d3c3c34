"""kind, a foreign cluster, Docker and this machine: what differs from minikube."""

import json
import socket
import threading
import time

import pytest

from deployment import record
from deployment.__main__ import main
from deployment.commands import show
from deployment.errors import DeploymentError
from deployment.platforms.node_port import first_reachable
from deployment.record import Record
from deployment.request import PlatformName
from deployment.waiting import Clock
from load_tests.ports import free_port
from tests.deployment import objects
from tests.deployment.conftest import Run
from tests.deployment.stage import Stage

ON_DOCKER = ("--platform", "docker")
LABEL = "^docker inspect .*Labels"
ON_KIND = ("--platform", "kind")
ON_KUBERNETES = ("--platform", "kubernetes", "--registry", "registry.example.com/team/")

CRICTL_IMAGES = json.dumps(
    {"images": [{"repoTags": ["docker.io/library/loadproof-load:9"]}, {"repoTags": ["registry.k8s.io/pause:3.10"]}, {}]}
)


@pytest.fixture
def kind(cluster: Stage) -> Stage:
    """Give a cluster in containers."""
    cluster.install("kind")
    cluster.answer("^kind get clusters", "kind\n")
    cluster.answer("^kind load")
    cluster.answer("^kind get nodes", "kind-control-plane\nkind-worker\n")
    cluster.answer("^docker exec .* crictl rmi")
    cluster.answer("^docker exec .* crictl images", CRICTL_IMAGES)
    cluster.answer("^docker port", errors="Error: No public port\n", exit_code=1)
    return cluster


@pytest.fixture
def engine(cluster: Stage, served_port: int) -> Stage:
    """Give Docker alone."""
    cluster.remove("kubectl")
    cluster.answer("^docker (rm|run|stop|logs|ps|stats)")
    cluster.answer("^docker inspect", "running 0\n")
    cluster.answer(LABEL, "loadproof\n")
    cluster.answer("^docker port", f"127.0.0.1:{served_port}\n")
    return cluster


def test_kind_gets_the_image_copied_and_no_registry_is_asked(kind: Stage, run: Run) -> None:
    assert run("deploy", *ON_KIND) == 0
    [load] = kind.called("kind load docker-image")
    assert load.line.endswith("--name kind")
    assert "preloaded-image" in (kind.folder / "kustomization.yaml").read_text(encoding="utf-8")
    assert all("--context kind-kind" in call.line for call in kind.called("kubectl get"))


def test_kind_is_reached_where_it_maps_its_node_port(kind: Stage, run: Run, served_port: int) -> None:
    kind.answer("^docker port", f"127.0.0.1:{served_port}\n")
    kind.answer("^kubectl get .*nodes", objects.nodes(("InternalIP", "192.0.2.1")))
    assert run("deploy", *ON_KIND) == 0


def test_a_node_port_that_cannot_be_reached_is_explained(
    kind: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    free = free_port()
    kind.answer("^kubectl get .*service model-service", objects.service(free))
    assert run("deploy", *ON_KIND) == 2
    said = capsys.readouterr().err
    assert f"none of http://127.0.0.1:{free} can be reached from here" in said
    assert "kind create cluster --config kubernetes/kind.yaml" in said


def test_nodes_that_cannot_be_reached_are_tried_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is waited for until all were begun, which one after the other never comes."""
    all_begun = threading.Barrier(20, timeout=20)

    def refuse(_address: object, _patience_s: float) -> None:
        all_begun.wait()
        raise OSError

    monkeypatch.setattr(socket, "create_connection", refuse)
    assert first_reachable([f"http://192.0.2.{number}:30808" for number in range(20)]) is None
    assert not all_begun.broken


def test_a_program_that_shows_its_own_lines_is_not_waited_for_without_end() -> None:
    with pytest.raises(DeploymentError, match="did not end within"):
        show(["sleep", "30"], patience_s=0.1)


def test_a_node_of_ipv6_is_named_as_urls_have_it(kind: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    kind.answer("^kubectl get .*nodes", objects.nodes(("InternalIP", "::1")))
    kind.answer("^kubectl get .*service model-service", objects.service(free := free_port()))
    assert run("deploy", *ON_KIND) == 2
    assert f"none of http://[::1]:{free} can be reached from here" in capsys.readouterr().err


def test_a_missing_kind_cluster_comes_with_the_command_that_makes_it(
    kind: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    kind.answer("^kind get clusters", errors="No kind clusters found.\n")
    assert run("deploy", *ON_KIND) == 2
    assert "kind create cluster --config kubernetes/kind.yaml" in capsys.readouterr().err


def test_teardown_removes_the_images_from_every_node_of_kind(kind: Stage, run: Run) -> None:
    kind.answer("^kubectl get .* namespace loadproof", errors=objects.NO_NAMESPACE, exit_code=1)
    assert run("teardown", *ON_KIND) == 0
    assert [call.line for call in kind.calls if "rmi" in call.line] == [
        f"docker exec {node} crictl rmi docker.io/library/loadproof-load:9"
        for node in ("kind-control-plane", "kind-worker")
    ]


def test_an_image_that_stays_in_a_node_of_kind_is_said(
    kind: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    kind.answer("^kubectl get .* namespace loadproof", errors=objects.NO_NAMESPACE, exit_code=1)
    kind.answer("^docker exec kind-worker crictl", errors="no such container\n", exit_code=1)
    assert run("teardown", *ON_KIND) == 0
    assert "note: images stay in the node kind-worker: no such container\n" in capsys.readouterr().out


@pytest.mark.parametrize("platform", [ON_KIND, ON_KUBERNETES], ids=["kind", "kubernetes"])
def test_minikubes_kubectl_goes_to_no_other_cluster(
    kind: Stage, run: Run, capsys: pytest.CaptureFixture[str], platform: tuple[str, ...]
) -> None:
    """It would name its own cluster beside the context that it is given."""
    kind.install("minikube")
    kind.remove("kubectl")
    assert run("doctor", *platform) == 2
    assert "no  kubectl: kubectl is not installed" in capsys.readouterr().out
    assert kind.called("minikube") == []


@pytest.mark.parametrize("platform", ["kubernetes", "kind"])
def test_teardown_removes_what_has_a_registry_in_its_name_without_being_told_which(
    kind: Stage, run: Run, capsys: pytest.CaptureFixture[str], platform: str
) -> None:
    kind.answer("^kubectl config .*current-context", "production\n")
    kind.answer("^kubectl get .* namespace loadproof", errors=objects.NO_NAMESPACE, exit_code=1)
    ours = [
        "loadproof-service:1",
        "localhost:5000/a/b/loadproof-load:2",
        "registry.example.com/team/loadproof-service:3",
    ]
    kind.answer("^docker image ls", "\n".join([*ours, "my-loadproof-service:4", "loadproof-service/other:5"]))
    assert run("teardown", "--platform", platform) == 0
    [removed] = kind.called("docker image rm")
    assert removed.line.split()[3:] == ours
    assert ("what was pushed stays in the registry" in capsys.readouterr().out) is (platform == "kubernetes")


def test_a_foreign_cluster_gets_the_image_from_the_registry(cluster: Stage, run: Run) -> None:
    cluster.answer("^kubectl config .*current-context", "production\n")
    assert run("deploy", *ON_KUBERNETES) == 0
    [push] = cluster.called("docker push")
    assert push.line.startswith("docker push registry.example.com/team/loadproof-service:")
    written = (cluster.folder / "kustomization.yaml").read_text(encoding="utf-8")
    assert "newName: registry.example.com/team/loadproof-service" in written
    assert "preloaded-image" not in written
    assert cluster.position("docker push") < cluster.position("kubectl apply")


def test_what_comes_after_a_deployment_stays_with_its_cluster_and_its_registry(
    cluster: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever switches kubectl to another cluster in between does not tear that one down."""
    cluster.answer("^kubectl config .*current-context", "production\n")
    assert run("deploy", *ON_KUBERNETES, "--base-image", "python:3.12-slim") == 0
    assert all("--context production" in call.line for call in cluster.called("kubectl get"))
    cluster.answer("^kubectl config .*current-context", "another\n")
    cluster.answer("^kubectl get .* namespace loadproof", errors=objects.NO_NAMESPACE, exit_code=1)
    cluster.answer("^kubectl get .* namespace loadproof", objects.namespace(), times=1)
    assert run("teardown") == 0
    assert all("--context production" in call.line for call in cluster.called("kubectl delete"))
    assert "torn down on kubernetes, context production\n" in capsys.readouterr().out
    last = record.read(cluster.folder)
    assert last is not None
    assert (last.registry, last.base_image) == ("registry.example.com/team/", "python:3.12-slim")


def test_the_next_deployment_goes_to_the_current_context(cluster: Stage, run: Run) -> None:
    cluster.answer("^kubectl config .*current-context", "another\n")
    record.write(Record(platform=PlatformName.KUBERNETES, overlay="single", context="production"), cluster.folder)
    assert run("deploy", *ON_KUBERNETES) == 0
    assert all("--context another" in call.line for call in cluster.called("kubectl get"))


@pytest.mark.parametrize(("variable", "context"), [("KIND_CLUSTER_NAME", "kind-mine"), ("MINIKUBE_PROFILE", "mine")])
def test_a_cluster_that_was_named_once_need_not_be_named_again(
    cluster: Stage, run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, context: str
) -> None:
    platform = variable.partition("_")[0].lower()
    record.write(Record(platform=PlatformName(platform), overlay="single", context=context), cluster.folder)
    assert run("status") == 0
    assert all(f"--context {context} " in call.line for call in cluster.called("kubectl get"))
    monkeypatch.setenv(variable, "other")
    before = len(cluster.calls)
    assert run("status") == 0
    assert all("other " in call.line for call in cluster.calls[before:])


def test_without_a_context_nothing_is_guessed(cluster: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    cluster.answer("^kubectl config .*current-context", errors="error: current-context is not set\n", exit_code=1)
    assert run("teardown", "--platform", "kubernetes") == 2
    assert "choose one with `kubectl config use-context NAME`" in capsys.readouterr().err
    assert run("doctor", "--platform", "kubernetes", "--registry", "r") == 2
    assert "no  context: kubectl has no current context" in capsys.readouterr().out


def test_a_foreign_cluster_may_be_reached_by_another_address(
    cluster: Stage, run: Run, served_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.answer("^kubectl config .*current-context", "production\n")
    cluster.answer("^kubectl get .*nodes", objects.nodes(("InternalIP", "192.0.2.1")))
    assert run("deploy", *ON_KUBERNETES, "--host", f"http://127.0.0.1:{served_port}/") == 0
    assert f"answers rightly at http://127.0.0.1:{served_port}\n" in capsys.readouterr().out


def test_a_foreign_cluster_needs_a_registry(cluster: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    cluster.answer("^kubectl config .*current-context", "production\n")
    assert run("deploy", "--platform", "kubernetes") == 2
    assert "REGISTRY=registry.example.com/team" in capsys.readouterr().err


NO_API = "Error from server (NotFound): the server could not find the requested resource\n"
SILENT = "Error from server (ServiceUnavailable): the server is currently unable to handle the request\n"
FORBIDDEN = 'Error from server (Forbidden): User "me" cannot get path "/apis/metrics.k8s.io/v1beta1"\n'


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        (NO_API, "this cluster measures no pods: install metrics-server"),
        (SILENT, "metrics-server does not answer, look at `kubectl get apiservice v1beta1.metrics.k8s.io`"),
        (FORBIDDEN, "you may not ask for metrics, ask whoever runs the cluster"),
    ],
)
def test_a_cluster_without_metrics_cannot_autoscale_and_is_refused_before_anything_is_built(
    kind: Stage, run: Run, capsys: pytest.CaptureFixture[str], errors: str, said: str
) -> None:
    kind.answer("^kubectl config .*current-context", "production\n")
    kind.answer("^kubectl get .*--raw /apis/metrics", errors=errors, exit_code=1)
    for platform in (ON_KIND, ON_KUBERNETES):
        assert run("deploy", *platform, "--overlay", "autoscaled") == 2
        assert f"metrics: nothing would be scaled: {said}" in capsys.readouterr().err
    assert kind.called("docker build") == []


@pytest.mark.parametrize("errors", [NO_API, SILENT])
def test_the_bench_does_without_metrics(kind: Stage, run: Run, errors: str) -> None:
    kind.answer("^kubectl get .*--raw /apis/metrics", errors=errors, exit_code=1)
    assert run("doctor", *ON_KIND) == 0
    assert run("deploy", *ON_KIND) == 0


def test_a_container_has_the_limits_and_rights_of_a_pod(engine: Stage, run: Run) -> None:
    assert run("deploy", *ON_DOCKER, "--port", "8123") == 0
    [started] = engine.called("docker run")
    for option in (
        *("--cpus 0.5", f"--memory {256 << 20}", f"--memory-swap {256 << 20}", "--user 10001:10001", "--read-only"),
        *("--security-opt no-new-privileges", "--cap-drop ALL", "--stop-timeout 30", f"--tmpfs /tmp:size={32 << 20}"),
        *("--publish 127.0.0.1:8123:8000", "--env SERVICE_DRAIN_SECONDS=10"),
    ):
        assert f" {option} " in started.line, option


def test_an_overlay_counts_for_a_container_as_well(engine: Stage, run: Run) -> None:
    assert run("deploy", *ON_DOCKER, "--overlay", "seed") == 0
    assert " --cpus 0.2 " in engine.called("docker run")[0].line


def test_a_setting_of_the_shell_comes_instead_of_the_manifests(
    engine: Stage, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_DRAIN_SECONDS", "1")
    run("deploy", *ON_DOCKER)
    assert engine.called("docker run")[0].line.count("SERVICE_DRAIN_SECONDS=") == 1


def test_a_container_that_ends_is_quoted(engine: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    engine.answer("^docker inspect .*State", "exited 2\n")
    engine.answer("^docker logs", errors="service: SERVICE_LOG_LEVEL='loud'\n")
    assert run("deploy", *ON_DOCKER) == 2
    said = capsys.readouterr().err
    assert "the container ended with exit code 2" in said
    assert "SERVICE_LOG_LEVEL='loud'" in said


def test_a_port_that_is_taken_is_quoted(engine: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    engine.answer("^docker run", errors="Bind for 127.0.0.1:8000 failed: port is already allocated\n", exit_code=125)
    assert run("deploy", *ON_DOCKER) == 2
    assert "port is already allocated" in capsys.readouterr().err


def test_a_container_is_told_to_stop_and_given_its_time_before_it_is_removed(engine: Stage, run: Run) -> None:
    """`rm --force` would kill it in the midst of its answers."""
    assert run("deploy", *ON_DOCKER) == 0
    assert run("teardown") == 0
    done = [call.line.split()[1] for call in engine.calls if call.line.split()[1] in ("stop", "rm", "run")]
    assert done == ["stop", "rm", "run", "stop", "rm"]
    assert not any("--force" in call.line for call in engine.calls)
    assert "--label app.kubernetes.io/part-of=loadproof" in engine.called("docker run")[0].line


@pytest.mark.parametrize("command", ["deploy", "teardown"])
def test_a_container_of_somebody_else_that_is_called_like_ours_stays(
    engine: Stage, run: Run, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    engine.answer(LABEL, "\n")
    assert run(command, *ON_DOCKER) == 2
    assert "the container loadproof was not made by make deploy and stays" in capsys.readouterr().err
    assert not any(call.line.split()[1] in ("stop", "rm", "build") for call in engine.calls)


def test_a_second_teardown_finds_nothing_and_looks_at_the_same_place(engine: Stage, run: Run) -> None:
    run("deploy", *ON_DOCKER)
    assert run("teardown") == 0
    engine.answer("^docker inspect .*--type container", errors="No such object\n", exit_code=1)
    engine.answer("^docker image ls")
    before = len(engine.called("docker rm"))
    assert run("teardown") == 0
    assert len(engine.called("docker rm")) == before


def test_on_this_machine_a_process_is_started_found_and_stopped(
    stage: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.install_real("ps")
    port = str(free_port())
    assert _really(stage, "deploy", "--platform", "local", "--port", port) == 0
    assert run("url") == 0
    assert f"http://127.0.0.1:{port}\n" in capsys.readouterr().out
    assert run("status") == 0
    assert "-m service" in capsys.readouterr().out
    assert _really(stage, "teardown") == 0
    assert run("url") == 2
    assert "no service is running" in capsys.readouterr().err


def test_on_this_machine_a_service_that_refuses_to_start_is_quoted(
    stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.install_real("ps")
    monkeypatch.setenv("SERVICE_LOG_LEVEL", "loud")
    assert _really(stage, "deploy", "--platform", "local", "--port", str(free_port())) == 2
    assert "SERVICE_LOG_LEVEL='loud'" in capsys.readouterr().err


def test_on_this_machine_a_service_of_somebody_else_is_not_taken_for_the_one_that_is_started(
    stage: Stage, run: Run, capsys: pytest.CaptureFixture[str], served_port: int
) -> None:
    assert run("deploy", "--platform", "local", "--port", str(served_port)) == 2
    assert f"port {served_port} is in use" in capsys.readouterr().err
    assert not (stage.folder / "service.log").exists()


def _really(stage: Stage, *arguments: str) -> int:
    """Run a command that waits for a real process, on the real clock; it only looks more often."""
    return main(list(arguments), Clock(sleep=lambda duration_s: time.sleep(duration_s / 20)), stage.folder)
