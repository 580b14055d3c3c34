"""A real load test says who answered how much, and is judged by what a real watcher recorded meanwhile."""

from pathlib import Path

from benchmarks.balancer import Balancer
from tests import api_objects as api
from tests.conftest import ServiceFactory
from tests.load_tests.cluster.test_watching import Watching
from tests.load_tests.conftest import StartRun

SCENARIO = """
model: insurance_charges_model
load: {arrivals: open, warmup: 500ms, settle: 500ms, timeout: 30s, connections: 500ms, in_flight: 5000, seed: 5}
stages: [{name: only, rate: 80/s, for: 3s}]
slo: {p95: 25s}
scaling: {lost: 0 requests}
"""
"""What it demands of latency, a machine that stands still keeps as well: the cluster decides the verdict."""


def test_two_processes_tell_which_replica_answered_and_the_verdict_is_on_the_cluster_too(
    start_run: StartRun, running_service: ServiceFactory, tmp_path: Path
) -> None:
    cluster = api.FakeCluster(tmp_path)
    cluster.answer(api.PODS, {"items": [api.pod("one"), api.pod("two", restarts=1)]})
    ports = [running_service(SERVICE_SERVED_BY=name, SERVICE_MAX_WAIT_MS="25000").port for name in ("one", "two")]
    watching = Watching(cluster, tmp_path / "cluster.jsonl")
    assert watching.process.stdout is not None
    assert watching.process.stdout.readline().startswith("watching")
    try:
        with Balancer(*ports) as balancer:
            record = ("--cluster-record", str(watching.out))
            run = start_run(balancer.url, SCENARIO, "--processes", "2", *record).finish()
    finally:
        watching.end()
    report = run.report
    answered = sum(report.seconds.correct)
    assert run.exit_code == 0, run.output
    assert set(report.seconds.served) == {"one", "two"}
    assert sum(sum(column) for column in report.seconds.served.values()) == answered
    assert all(sum(column) > answered * 0.1 for column in report.seconds.served.values())
    assert report.cluster is not None
    assert [pod.name for pod in report.cluster.pods] == ["one", "two"]
    assert [(row.objective, row.verdict) for row in report.scaling] == [("requests lost ≤ 0", "PASS")]
    assert "Restarts of two: 1." in run.output
    assert (run.folder / "cluster.jsonl").is_file()


def test_without_a_record_there_is_no_load(start_run: StartRun) -> None:
    run = start_run("http://127.0.0.1:9", SCENARIO).finish()
    assert run.exit_code == 2
    assert "`scaling` needs a record of the cluster, and nobody watches it" in run.output


def test_a_record_that_comes_later_leaves_the_run_to_be_joined(
    start_run: StartRun, running_service: ServiceFactory
) -> None:
    url = running_service().url
    run = start_run(url, SCENARIO, "--cluster-record", "later").finish()
    assert run.exit_code == 4
    assert "python -m load_tests.cluster join" in run.last_line
