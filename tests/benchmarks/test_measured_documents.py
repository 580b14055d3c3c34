"""The tables and figures in the documents are those of the result files that they name."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks import cluster_evidence, experiment_evidence, intervals, queueing
from benchmarks.peers import results as peers
from load_tests.cluster.effects import effects_of
from load_tests.cluster.joining import traffic_of
from load_tests.judging.judgement import Verdict
from load_tests.planning import side_by_side
from load_tests.planning.plan import Plan
from load_tests.report.run_report import RunReport
from load_tests.specification.load_step import LoadStep, load_step_of
from load_tests.specification.scenario import parse
from load_tests.specification.timeline import timeline_of
from tests.conftest import ROOT

DOCS = ROOT / "docs"
QUEUEING: dict[str, Any] = json.loads(queueing.RESULT_FILE.read_bytes())


@pytest.mark.parametrize(
    ("document", "result_file", "table"),
    [
        ("open_and_closed.md", queueing.RESULT_FILE, queueing.table),
        ("verdicts.md", intervals.RESULT_FILE, intervals.coverage_table),
        ("comparing.md", intervals.RESULT_FILE, intervals.difference_table),
        ("autoscaling.md", cluster_evidence.RESULTS / "autoscale.json", cluster_evidence.table),
        ("planning.md", experiment_evidence.RESULTS / "plan.json", experiment_evidence.plan_table),
        ("planning.md", experiment_evidence.RESULTS / "plan.json", experiment_evidence.outcome_table),
        ("peers.md", peers.RESULT_FILE, peers.table),
        ("peers.md", peers.RESULT_FILE, peers.table_of_versions),
    ],
)
def test_a_table_that_was_measured_is_the_one_in_the_file(
    document: str, result_file: Path, table: Callable[[Mapping[str, Any]], Iterator[str]]
) -> None:
    rows = list(table(json.loads(result_file.read_bytes())))
    assert len(rows) >= 4
    assert "\n" + "\n".join(rows) + "\n\n" in (DOCS / document).read_text(encoding="utf-8")


def kept(scenario: str) -> RunReport:
    return RunReport.model_validate_json((cluster_evidence.RESULTS / f"{scenario}.json").read_bytes())


def test_what_is_kept_of_the_runs_on_a_cluster_is_small_and_says_what_the_document_says() -> None:
    assert sum(path.stat().st_size for path in cluster_evidence.RESULTS.iterdir()) < 300_000
    autoscale, disruption = kept("autoscale"), kept("disruption")
    assert {kept(path.stem).verdict for path in cluster_evidence.RESULTS.glob("*.json")} == {Verdict.PASS}
    assert autoscale.effects is not None
    assert autoscale.effects.most_ready >= 4
    assert len(autoscale.effects.shares) >= 3
    assert all(abs(share.ratio - 1) <= 0.4 for share in autoscale.effects.shares)
    assert autoscale.facts.service.emulated_cpu_ms == 20
    assert disruption.effects is not None
    assert disruption.effects.lost == 0
    assert disruption.cluster is not None
    assert len(disruption.cluster.pods) >= 6, "three, and three in their place"


@pytest.mark.parametrize("path", sorted(cluster_evidence.RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_what_came_of_a_kept_run_is_what_its_seconds_say(path: Path) -> None:
    report = kept(path.stem)
    scenario = parse(report.scenario, report.scenario_text)
    step = load_step_of(scenario, timeline_of(scenario)) or LoadStep("", 0.0, report.ended_after_s, None)
    assert report.cluster is not None
    assert report.effects == effects_of(step, report.cluster, traffic_of(report))


def test_what_is_said_of_a_server_that_is_too_slow_was_measured() -> None:
    load = QUEUEING["loads"]["too_slow"]["measured"]
    said = " ".join((DOCS / "open_and_closed.md").read_text(encoding="utf-8").split())
    assert f"in the fifteenth second p50 was {load['open']['p50_ms_by_second'][14]:,.0f} ms." in said
    assert {round(p50_ms, -1) for p50_ms in load["closed"]["p50_ms_by_second"][1:15]} == {400}
    assert f"They asked for {load['closed']['asked_rps']:.0f}/s only" in said


def test_measured_waiting_agrees_with_theory_where_the_document_says_so() -> None:
    keeps_up = [load for load in QUEUEING["loads"].values() if load["utilisation"] < 1]
    for load in keeps_up:
        assert load["measured"]["open"]["p99_ms"] == pytest.approx(load["theory_open"]["p99_ms"], rel=0.1)
        assert load["measured"]["closed"]["p99_ms"] <= load["closed_at_most_ms"] * 1.02
    assert keeps_up[-1]["theory_open"]["p99_ms"] > 2000, "at 90 %, more than two seconds"


def test_the_experiment_proves_the_plan_before_and_after() -> None:
    """The same load: broken on one pod and on autoscaled ones, kept as planned; and the overlay is that plan's."""
    kept = {one.name: one.report for one in experiment_evidence.arrangements()}
    assert [report.verdict for report in kept.values()] == [Verdict.FAIL, Verdict.FAIL, Verdict.PASS]
    assert not list(side_by_side.problems(experiment_evidence.arrangements()))
    plan = Plan.model_validate_json((experiment_evidence.RESULTS / "plan.json").read_bytes())
    planned = kept["planned"].cluster
    assert planned is not None
    assert planned.autoscaler is not None
    assert planned.autoscaler.least == plan.least == min(planned.ready)
    autoscaled, foreseen = kept["autoscaled"].effects, plan.trials[0]
    assert autoscaled is not None
    assert (foreseen.lost.least or 0) <= autoscaled.lost <= (foreseen.lost.most or 0)
    assert (foreseen.first_new_replica_s.least or 0) <= (autoscaled.first_new_pod_s or 0)
    assert (autoscaled.first_new_pod_s or 0) <= (foreseen.first_new_replica_s.most or 0)
    written = (ROOT / "kubernetes" / "overlays" / "planned" / "autoscaler.yaml").read_text(encoding="utf-8")
    assert f"minReplicas: {plan.least}\n  maxReplicas: {plan.most}\n" in written
