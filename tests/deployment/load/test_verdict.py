"""The verdict on a load test is what its reports, its pod and the record of its cluster agree on."""

import json
from pathlib import Path

import pytest

from deployment.load import verdict as deployed
from load_tests.judging import judgement
from tests.deployment.conftest import Run
from tests.deployment.load.bench import (
    DRAW,
    IN_CLUSTER,
    JOIN,
    LOGS,
    MASTER_POD,
    ends,
    fetched,
    load_pod,
)
from tests.deployment.stage import Stage


@pytest.mark.parametrize(("exit_code", "verdict"), [(1, "FAIL"), (3, "INCONCLUSIVE"), (4, "INVALID")])
def test_the_exit_code_is_the_verdicts(bench: Stage, exit_code: int, verdict: str) -> None:
    ends(bench, exit_code, verdict)
    assert fetched() == exit_code


def test_several_scenarios_have_the_worst_verdict_of_all(
    bench: Stage, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    bench.answer(MASTER_POD, json.dumps(load_pod("load-master-x", terminated={"exitCode": 0})))
    assert run("loadtest", *IN_CLUSTER, "smoke", "taxi") == 0
    assert capfd.readouterr().out.splitlines()[-1] == "PASS (exit 0): smoke PASS, taxi PASS"
    assert len(bench.called("kubectl apply")) == 2


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


@pytest.mark.parametrize("exit_code", [0, 1, 3, 4])
def test_a_run_is_judged_by_the_record_of_its_cluster_as_well(
    bench: Stage, capfd: pytest.CaptureFixture[str], exit_code: int
) -> None:
    bench.answer(JOIN, "joined\n", exit_code=exit_code)
    assert fetched(Path("cluster.jsonl")) == exit_code
    assert capfd.readouterr().out.splitlines()[-1] == "joined"
    assert bench.called("python -m load_tests.report") == []


def test_without_a_record_of_the_cluster_it_is_judged_by_its_reports_alone(bench: Stage) -> None:
    assert fetched() == 0
    assert bench.called("python -m load_tests.cluster join") == []


def test_a_page_that_cannot_be_drawn_changes_no_verdict(bench: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    bench.answer(DRAW, errors="no fonts\n", exit_code=1)
    assert fetched() == 0
    assert "note: the page of the run was not drawn: no fonts\n" in capfd.readouterr().out


def test_the_codes_and_their_order_are_those_of_the_load_tests() -> None:
    """They stand twice, because a deployment imports nothing of the load tests."""
    verdicts = [*judgement.Verdict]
    named = {code: name for code, name in deployed._NAMES.items() if code != deployed.REFUSED}
    assert named == {verdict.exit_code: verdict.value for verdict in verdicts}
    assert deployed.REFUSED == judgement.USAGE_ERROR
    for one in verdicts:
        for other in verdicts:
            expected = judgement.worst([one, other]).exit_code
            assert deployed.worst([one.exit_code, other.exit_code]) == expected
