"""The log of a load test is read to its end, through interruptions, and its reports come with it."""

import json
from pathlib import Path

import pytest

from deployment.errors import DeploymentError
from deployment.load.log import SPARE_S
from tests.deployment import objects
from tests.deployment.conftest import Run
from tests.deployment.load.bench import (
    IN_CLUSTER,
    LOGS,
    MASTER_POD,
    PODS,
    RUN_NAME,
    ends,
    fetched,
    load_pod,
    log_of,
)
from tests.deployment.stage import Stage


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


def test_the_log_of_a_node_that_has_died_is_not_followed_beyond_the_deadline(bench: Stage) -> None:
    """The pod seems to run for ever, and kubectl waits for its log as long as it is let."""
    running = load_pod("load-master-x") | {"spec": {"activeDeadlineSeconds": 60}}
    bench.answer(MASTER_POD, json.dumps(running))
    bench.answer(LOGS, "  0 s of 28 s\n", exit_code=1)
    with pytest.raises(DeploymentError, match="does its node live"):
        fetched()
    follows = [call.line for call in bench.called("kubectl logs")]
    assert follows[0].endswith(f"--follow --request-timeout={60 + SPARE_S:.0f}s")
    assert len(follows) == (60 + SPARE_S) / 30, "30 s pass on this clock at each look"


def test_reports_that_come_damaged_are_no_verdict(bench: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    whole = log_of(bench.folder, 0).splitlines()
    bench.answer(LOGS, "\n".join([*whole[:2], *whole[3:]]) + "\n")
    assert fetched() == 4
    assert "the reports came damaged" in capfd.readouterr().out


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
