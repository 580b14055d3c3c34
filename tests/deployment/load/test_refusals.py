"""What no load test in the cluster is made of, said before anything is built."""

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.deployment import objects
from tests.deployment.conftest import Run
from tests.deployment.load.bench import IN_CLUSTER
from tests.deployment.load.conftest import NO_JOB
from tests.deployment.stage import Stage


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


def test_a_load_test_that_began_while_the_image_was_built_is_left_alone(
    bench: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.answer("^kubectl get .*job load-master", json.dumps({"metadata": {}, "status": {"active": 1}}))
    bench.answer("^kubectl get .*job load-master", errors=NO_JOB, exit_code=1, times=1)
    assert run("loadtest", *IN_CLUSTER, "smoke") == 2
    assert "a load test is under way in the cluster" in capsys.readouterr().err
    assert bench.called("docker build")
    assert bench.called("kubectl delete") == []


def test_a_load_test_of_nothing_says_what_to_do(bench: Stage, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    bench.answer("^kubectl get .* namespace loadproof", errors=objects.NO_NAMESPACE, exit_code=1)
    assert run("loadtest", *IN_CLUSTER, "smoke") == 2
    assert "nothing is deployed on minikube: run make deploy" in capsys.readouterr().err


def test_doctor_looks_whether_jobs_may_be_made_and_fit(
    bench: Stage, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("doctor", *IN_CLUSTER) == 0
    assert "ok  load test: may make Jobs; 2 workers and their master ask for 0.5 CPU of 2" in capsys.readouterr().out
    assert run("doctor", *IN_CLUSTER, "--workers", "20") == 2
    assert "no  load test: 20 workers ask for 4.1 CPU of 2: WORKERS=1" in capsys.readouterr().out
    bench.answer("^kubectl auth .*can-i .*jobs", "no\n", exit_code=1)
    assert run("doctor", *IN_CLUSTER) == 2
    assert "no  load test: you may make no Jobs in namespace loadproof" in capsys.readouterr().out
