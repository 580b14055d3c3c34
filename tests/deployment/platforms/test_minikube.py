"""From doctor to teardown on minikube: what is run, in which order, and what is said when something is missing."""

import time
from dataclasses import replace

import psutil
import pytest
import yaml

from deployment.errors import DeploymentError
from deployment.platforms.tunnel import printed_url
from tests.deployment import objects, right_service
from tests.deployment.conftest import Run
from tests.deployment.stage import Stage

MINIKUBE = "minikube --profile minikube"


def test_deploy_builds_loads_applies_and_waits_in_this_order(minikube: Stage, run: Run) -> None:
    assert run("deploy") == 0
    steps = [
        *("docker build", "minikube --profile minikube image load", "kubectl kustomize", "kubectl apply"),
        *(
            "kubectl get --context minikube --namespace loadproof deployment",
            "kubectl top",
            "minikube --profile minikube service",
        ),
    ]
    positions = [minikube.position(step) for step in steps]
    assert positions == sorted(positions)


@pytest.mark.usefixtures("minikube")
def test_deploy_ends_with_the_url_and_the_next_command(
    run: Run, capsys: pytest.CaptureFixture[str], served_port: int
) -> None:
    run("deploy")
    last = capsys.readouterr().out.splitlines()[-2:]
    assert last == [
        f"insurance_charges_model answers rightly at http://127.0.0.1:{served_port}",
        "now: make loadtest SCENARIO=smoke",
    ]


def test_what_is_applied_has_the_image_that_was_built_and_the_settings_of_the_shell(
    minikube: Stage, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_EMULATE_CPU_MS", "20")
    monkeypatch.setenv("SERVICE_PORT", "9000")
    run("deploy", "--overlay", "autoscaled")
    written = yaml.safe_load((minikube.folder / "kustomization.yaml").read_text(encoding="utf-8"))
    [build] = minikube.called("docker build")
    [image] = written["images"]
    assert f"--tag {image['newName']}:{image['newTag']} " in build.line
    assert written["configMapGenerator"][0]["literals"] == ["SERVICE_EMULATE_CPU_MS=20"]
    assert written["resources"][0].endswith("kubernetes/overlays/autoscaled")
    assert [name.rpartition("/")[2] for name in written["components"]] == ["preloaded-image"]
    [apply] = minikube.called("kubectl apply")
    assert apply.given == objects.MANIFESTS


def test_an_image_that_is_there_is_not_loaded_again(minikube: Stage, run: Run) -> None:
    run("deploy")
    [load] = minikube.called("minikube --profile minikube image load")
    minikube.answer("^minikube .* image ls", f"docker.io/library/{load.line.split()[-1]}\n")
    run("deploy")
    assert len(minikube.called("minikube --profile minikube image load")) == 1


def test_an_autoscaler_of_an_earlier_overlay_is_removed(minikube: Stage, run: Run) -> None:
    minikube.answer(
        "^kubectl get .*configmap,",
        "configmap/rest-config-new\nconfigmap/rest-config-old\nhorizontalpodautoscaler.autoscaling/model-service\n",
    )
    run("deploy")
    removed = [call.line.split()[-1] for call in minikube.called("kubectl delete")]
    assert removed == ["configmap/rest-config-old", "horizontalpodautoscaler.autoscaling/model-service"]


def test_what_the_prometheus_operator_reads_goes_with_the_wish_for_it(minikube: Stage, run: Run) -> None:
    names = ["servicemonitor.monitoring.coreos.com/model-service", "prometheusrule.monitoring.coreos.com/model-service"]
    minikube.answer("^kubectl get .*servicemonitor", "\n".join(names))
    minikube.answer("^kubectl get .*servicemonitor[^ ]*$", "NAME AGE\n")
    minikube.answer("^kubectl kustomize", objects.MONITORED)
    assert run("deploy", "--monitoring") == 0
    assert minikube.called("kubectl delete") == []
    minikube.answer("^kubectl kustomize", objects.MANIFESTS)
    assert run("deploy") == 0
    assert [call.line.split()[-1] for call in minikube.called("kubectl delete")] == names


def test_an_autoscaler_of_an_earlier_overlay_goes_before_the_bench_comes(minikube: Stage, run: Run) -> None:
    """It would scale the bench to what the load of the moment needs, and the pods would stay."""
    name = "horizontalpodautoscaler.autoscaling/model-service"
    minikube.answer("^kubectl get .*horizontalpodautoscaler --selector", f"{name}\n")
    assert run("deploy") == 0
    assert minikube.called("kubectl delete")[0].line.endswith(name)
    assert minikube.position("kubectl delete") < minikube.position("kubectl apply")


def test_a_bench_that_somebody_has_scaled_is_none(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    minikube.answer("^kubectl kustomize", f"{objects.MANIFESTS}spec: {{replicas: 1}}\n")
    assert run("deploy") == 0
    minikube.answer("^kubectl get .*deployment model-service", objects.deployment(3, 3, 3, 3))
    assert run("deploy") == 2
    assert "scaled the deployment to 3 pods, and the manifests ask for 1" in capsys.readouterr().err


def test_an_autoscaler_that_is_wanted_stays(minikube: Stage, run: Run) -> None:
    minikube.answer("^kubectl kustomize", objects.AUTOSCALED)
    minikube.answer(
        "^kubectl get .*horizontalpodautoscaler --selector", "horizontalpodautoscaler.autoscaling/model-service\n"
    )
    minikube.answer("^kubectl get .*configmap,", "horizontalpodautoscaler.autoscaling/model-service\n")
    minikube.answer("^kubectl get .*horizontalpodautoscaler model-service", objects.autoscaler())
    assert run("deploy", "--overlay", "autoscaled") == 0
    assert minikube.called("kubectl delete") == []


def test_metrics_are_enabled_where_they_are_not_and_made_faster(minikube: Stage, run: Run) -> None:
    minikube.answer("^minikube .* addons list", '{"metrics-server": {"Profile": "minikube", "Status": "disabled"}}')
    minikube.answer("^kubectl get .*metrics-server", objects.metrics_server("--secure", "--metric-resolution=60s"))
    run("deploy")
    assert minikube.called("minikube --profile minikube addons enable metrics-server")
    assert minikube.position("kubectl patch") < minikube.position("kubectl rollout")
    [patch] = minikube.called("kubectl patch")
    assert '"path": "/spec/template/spec/containers/0/args/1", "value": "--metric-resolution=15s"' in patch.line


def test_metrics_that_are_in_order_are_left_alone(minikube: Stage, run: Run) -> None:
    minikube.answer("^minikube .* addons list", "metrics-server: enabled\n")
    run("deploy")
    assert minikube.called("minikube --profile minikube addons enable") == []
    assert minikube.called("kubectl patch") == []


def test_another_profile_is_used_everywhere(minikube: Stage, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIKUBE_PROFILE", "second")
    run("deploy")
    assert all("--profile second" in call.line for call in minikube.called("minikube"))
    on_the_cluster = [
        call for call in minikube.called("kubectl") if call.line.split()[1] not in ("version", "kustomize")
    ]
    assert all("--context second" in call.line for call in on_the_cluster)


def test_minikube_brings_a_kubectl_along(minikube: Stage, run: Run) -> None:
    minikube.remove("kubectl")
    minikube.answers = [
        replace(answer, pattern=answer.pattern.replace("^kubectl", "^minikube --profile minikube kubectl --"))
        for answer in minikube.answers
    ]
    minikube.install()
    assert run("deploy") == 0
    assert minikube.called("minikube --profile minikube kubectl -- apply")


@pytest.mark.parametrize("missing", ["docker", "minikube"])
def test_a_missing_program_is_named_with_where_to_get_it(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    minikube.remove(missing)
    assert run("deploy") == 2
    said = capsys.readouterr().err
    assert f"{missing} is not installed" in said
    assert "https://" in said
    assert minikube.called("kubectl apply") == []


def test_a_stopped_cluster_is_not_started_but_how_to_is_said(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    minikube.answer(
        "^minikube .* status", "minikube\nhost: Stopped\nkubelet: Stopped\napiserver: Stopped\n", exit_code=7
    )
    assert run("deploy") == 2
    assert "start it with `minikube start" in capsys.readouterr().err
    assert minikube.called("docker build") == []


def test_a_stopped_engine_is_told_from_a_missing_one(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    minikube.answer("^docker version", errors="Cannot connect to the Docker daemon\n", exit_code=1)
    assert run("deploy") == 2
    said = capsys.readouterr().err
    assert "Docker does not answer, is it started, and may you use it? PLATFORM=local does without" in said
    assert "Cannot connect to the Docker daemon" in said


def test_a_failed_build_is_quoted_and_ends_it(minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    minikube.answer("^docker build", errors="failed to solve: no space left on device\n", exit_code=1)
    assert run("deploy") == 2
    assert "no space left on device" in capsys.readouterr().err
    assert minikube.called("kubectl apply") == []


def test_a_tunnel_lives_as_long_as_it_is_needed(
    minikube: Stage, served_port: int, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"http://127.0.0.1:{served_port}"
    said = "Because you are using a Docker driver on darwin, the terminal needs to be open to run it."
    minikube.answer("^minikube .* service model-service", f"{url}\n", said, stays_for="a call that never comes")
    assert run("deploy") == 0
    assert f"answers rightly at {url}" in capsys.readouterr().out


def kill(process: psutil.Process) -> None:
    process.kill()
    ends_s = time.monotonic() + 20
    while process.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < ends_s
        time.sleep(0.01)


def test_a_tunnel_that_ended_meanwhile_is_no_answer_of_the_service() -> None:
    command = ["sh", "-c", "echo http://tunnel/$$; exec sleep 60"]
    with pytest.raises(DeploymentError, match="ended with -9 meanwhile"), printed_url(command) as url:
        kill(psutil.Process(int(url.rpartition("/")[2])))


def test_a_service_whose_answer_is_two_cents_off_is_no_success(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with right_service.served(off_by=0.02) as port:
        minikube.answer("^minikube .* service model-service", f"http://127.0.0.1:{port}\n")
        assert run("deploy") == 2
    said = capsys.readouterr().err
    assert f"no right prediction from http://127.0.0.1:{port} within 60 s: insurance_charges_model answers" in said


def test_a_service_without_a_url_is_explained(minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    minikube.answer("^minikube .* service model-service", errors="X Exiting due to SVC_UNREACHABLE\n", exit_code=1)
    assert run("deploy") == 2
    assert "SVC_UNREACHABLE" in capsys.readouterr().err


def test_doctor_tells_of_everything_and_fails_for_one_thing(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("doctor") == 0
    assert [line[:3] for line in capsys.readouterr().out.splitlines()] == ["ok "] * 9
    minikube.remove("docker")
    assert run("doctor") == 2
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("no ")] == [lines[1]]
    assert "docker is not installed" in lines[1]


def test_teardown_removes_autoscaler_namespace_and_images_in_this_order(minikube: Stage, run: Run) -> None:
    minikube.answer("^kubectl get .* namespace loadproof", errors=objects.NO_NAMESPACE, exit_code=1)
    minikube.answer("^kubectl get .* namespace loadproof", objects.namespace(), times=2)
    minikube.answer("^minikube .* image ls", "docker.io/library/loadproof-service:0123\nregistry.k8s.io/pause:3.10\n")
    assert run("teardown") == 0
    changes = [call.line for call in minikube.calls if {"delete", "rm"} & set(call.line.split())]
    assert [line.split()[0] for line in changes] == ["kubectl", "kubectl", "minikube", "docker"]
    assert "horizontalpodautoscaler --all" in changes[0]
    assert "namespace loadproof" in changes[1]
    assert changes[2].endswith("image rm docker.io/library/loadproof-service:0123")
    assert changes[3].endswith("image rm loadproof-service:0123")


def test_teardown_of_nothing_is_fine(minikube: Stage, run: Run) -> None:
    minikube.answer("^kubectl get .* namespace loadproof", errors=objects.NO_NAMESPACE, exit_code=1)
    assert run("teardown") == 0
    assert minikube.called("kubectl delete") == []


def test_a_namespace_that_does_not_go_is_described(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    minikube.answer("^kubectl describe", "Message: some resources remain\n")
    assert run("teardown") == 2
    assert "some resources remain" in capsys.readouterr().err


def test_status_shows_pods_cpu_replicas_autoscaler_and_events(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    minikube.answer("^kubectl get .*horizontalpodautoscaler", "model-service 3%/50% 1 10 1\n")
    assert run("status") == 0
    said = capsys.readouterr().out
    assert all(title in said for title in ("replicas", "pods", "CPU and memory", "3%/50%", "BackOff"))


@pytest.mark.parametrize("command", ["deploy", "teardown"])
def test_a_namespace_of_somebody_else_stays_as_it_is(
    minikube: Stage, run: Run, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    minikube.answer("^kubectl get .* namespace loadproof", objects.namespace(part_of="something-else"))
    assert run(command) == 2
    assert "was not made by make deploy and stays as it is" in capsys.readouterr().err
    assert not any(minikube.called(f"kubectl {verb}") for verb in ("apply", "delete"))
    assert minikube.called("docker build") == []


def test_a_namespace_that_somebody_makes_during_the_build_gets_nothing_either(minikube: Stage, run: Run) -> None:
    minikube.answer("^kubectl get .* namespace loadproof", objects.namespace(part_of="something-else"))
    minikube.answer("^kubectl get .* namespace loadproof", errors=objects.NO_NAMESPACE, exit_code=1, times=1)
    assert run("deploy") == 2
    assert minikube.called("docker build")
    assert minikube.called("kubectl apply") == []


def test_an_earlier_teardown_is_waited_for(minikube: Stage, run: Run) -> None:
    minikube.answer("^kubectl get .* namespace loadproof", objects.namespace(), times=9)
    minikube.answer("^kubectl get .* namespace loadproof", errors=objects.NO_NAMESPACE, exit_code=1, times=1)
    minikube.answer("^kubectl get .* namespace loadproof", objects.namespace(going=True), times=4)
    assert run("deploy") == 0
    before = minikube.calls[: minikube.position("kubectl apply")]
    looks = [call for call in before if "namespace loadproof --output" in call.line]
    assert len(looks) == 5, "four while it goes, and the one that finds it gone"
