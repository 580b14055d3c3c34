"""Traps in the load that Locust offers, shown with plain Locust: who asks, when, and over which connection."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from faker import Faker

from benchmarks.balancer import Balancer
from load_tests.generator.run import LoadRun
from load_tests.judging.judgement import Verdict
from load_tests.payloads.deck import make_deck
from load_tests.payloads.source import source_for
from load_tests.recording.generator_health import Generator
from load_tests.recording.outcomes import RequestLog
from load_tests.report.run_report import FILE_NAME, RunReport
from load_tests.report.stage_report import StageReport
from load_tests.report.tables import remarks
from load_tests.specification.arrivals import open_arrivals
from load_tests.specification.scenario import parse
from load_tests.specification.timeline import timeline_of
from tests.conftest import ROOT
from tests.load_tests.builders import make_scenario
from tests.load_tests.conftest import Respond, RunningResponder, StartRun
from tests.load_tests.plain_locust import StartPlain
from tests.stalls import again_if_disturbed

TEN_USERS = """
model: insurance_charges_model
load: {arrivals: closed, warmup: 0s, settle: 2s, timeout: 2s, connections: reuse, golden: 0%, seed: 5}
stages: [{name: only, users: 10, each: 1/s, for: 6s}]
slo: {errors: none}
"""
FIVE_USERS = """
model: insurance_charges_model
load: {arrivals: closed, warmup: 0s, settle: 2s, timeout: 5s, connections: reuse, golden: 0%, seed: 5}
stages: [{name: only, users: 5, each: 20/s, for: 7s}]
slo: {throughput: 80/s, errors: none}
"""
AT_THE_SAME_RATE = """
model: insurance_charges_model
load: {arrivals: open, warmup: 0s, settle: 2s, timeout: 5s, connections: reuse, golden: 0%, seed: 5}
stages: [{name: only, rate: 100/s, for: 7s}]
slo: {p90: 700ms, errors: none}
"""
FLOOD = """
model: insurance_charges_model
load: {arrivals: open, warmup: 0s, settle: 0s, timeout: 500ms, connections: reuse, golden: 0%, in_flight: 10000}
stages: [{name: flood, rate: 20000/s, for: 1s}]
slo: {p99: 400ms}
"""
TWO_STAGES = """
model: insurance_charges_model
load: {arrivals: open, warmup: 0s, settle: 0s, timeout: 40s, in_flight: 4000, connections: reuse, golden: 0%, seed: 5}
stages: [{name: before, rate: 30/s, for: 1s}, {name: after, rate: 30/s, for: 10s}]
slo: {p50: 30s}
"""
AT_ONCE = """
model: insurance_charges_model
load: {arrivals: open, warmup: 0s, settle: 0s, timeout: 40s, in_flight: 4000, connections: reuse, golden: 0%, seed: 5}
stages: [{name: only, rate: 50/s, for: 2s}]
slo: {p50: 30s}
"""
SERVED_IN_MS = 60
"""Ten times that is much more than the moments that a slow machine starts ten users apart, and so keeps them apart."""
IN_STEP_MS = 0.75 * 10 * SERVED_IN_MS
"""Three quarters of what the last of ten waits who ask together."""
STALL_S = 1.5
MAKING_S = 12.0


def only_stage(report: RunReport) -> StageReport:
    [stage] = report.stages
    return stage


@pytest.mark.alone
@again_if_disturbed
def test_users_of_a_constant_throughput_ask_all_at_once_and_ours_in_turn(
    start_plain: StartPlain, start_run: StartRun, respond: Respond
) -> None:
    """Trap 2: users who start together march in step and queue behind each other, even if each sleeps a while first.

    Ten users ask once a second each of a server that needs 60 ms, three fifths of its time. Each load test starts
    when the users of the one before are there: a start is work, and would start them even further apart.
    """
    hosts = [respond("--service-ms", str(SERVED_IN_MS)).url for _ in range(3)]
    punctual = start_plain("lockstep", hosts[0], "-u", "10", "-r", "10", "Punctual")
    punctual.wait_for_users()
    late = start_plain("lockstep", hosts[1], "-u", "10", "-r", "10", "Late")
    late.wait_for_users()
    ours = start_run(hosts[2], TEN_USERS)
    assert (punctual.stop_after(5), late.stop_after(0)) == (0, 0)
    stage = only_stage(ours.finish().report)
    assert stage.due == stage.correct == pytest.approx(40, abs=5)
    assert stage.latency_ms is not None
    for naive in (punctual.totals, late.totals):
        assert naive.p99_ms > IN_STEP_MS
        assert stage.latency_ms.p50 < naive.p50_ms / 2
        assert stage.latency_ms.p90 < naive.p99_ms / 2


@again_if_disturbed
def test_closed_users_ask_less_of_a_slow_service_which_a_best_second_hides(
    start_plain: StartPlain, start_run: StartRun, respond: Respond
) -> None:
    """Trap 3: a service that stands still is asked less by those who wait for it, and passes by its best second.

    Ours says how many requests are missing and fails by the mean; open arrivals offer everything, stalled or not.
    """
    responder = respond()
    plain = start_plain("three_checks", responder.url, "-u", "5", "-r", "5")
    closed_run, open_run = start_run(responder.url, FIVE_USERS), start_run(responder.url, AT_THE_SAME_RATE)
    for run in (closed_run, open_run):
        run.wait_for("only:")
    time.sleep(3.0)
    stall(responder)
    closed, opened = closed_run.finish(), open_run.finish()
    assert plain.stop_after(0) == 0, plain.output
    assert plain.totals.max_ms > 1000 * STALL_S * 0.9
    stage = only_stage(closed.report)
    assert stage.correct == stage.due < 0.79 * 500
    assert closed.exit_code == 1, closed.output
    assert any(remark.startswith("only: its users would have asked 500 times") for remark in remarks(closed.report))
    scenario = parse("open", AT_THE_SAME_RATE)
    due_s = open_arrivals(scenario, timeline_of(scenario))
    assert only_stage(opened.report).due == only_stage(opened.report).correct == sum(time_s >= 2 for time_s in due_s)
    assert opened.report.objectives[0].verdict is Verdict.FAIL, opened.output


def stall(responder: RunningResponder) -> None:
    responder.process.send_signal(signal.SIGSTOP)
    time.sleep(STALL_S)
    responder.process.send_signal(signal.SIGCONT)


def cpu_s(responder: RunningResponder) -> float:
    """CPU time that a process has used."""
    return int(Path(f"/proc/{responder.process.pid}/schedstat").read_text().split()[0]) / 1e9


@again_if_disturbed
def test_a_saturated_generator_looks_like_a_slow_service_and_is_invalid_here(
    start_plain: StartPlain, start_run: StartRun, respond: Respond
) -> None:
    """Trap 8: a generator without CPU to spare measures itself, and exits with 0: Locust looks at its CPU after 10 s.

    What answers is idle most of the time. Ours is asked for more than any process can send.
    """
    idle, busy, flooded = respond(), respond(), respond()
    one = start_plain("unhurried", idle.url, "-u", "1")
    crowd = start_plain("unhurried", busy.url, "-u", "300", "-r", "300")
    one.wait_for_users()
    crowd.wait_for_users()
    began_s, used_s = time.monotonic(), cpu_s(busy)
    assert (one.stop_after(2.5), crowd.stop_after(0)) == (0, 0)
    assert cpu_s(busy) - used_s < 0.5 * (time.monotonic() - began_s)
    assert crowd.totals.p50_ms > 10 * max(1, one.totals.p50_ms)
    ours = start_run(flooded.url, FLOOD).finish()
    assert ours.exit_code == 4, ours.output
    assert any("the generator used" in reason or " late or more" in reason for reason in ours.report.invalid_because)


@again_if_disturbed
def test_connections_that_are_kept_never_find_a_new_replica_and_renewed_ones_do(
    start_plain: StartPlain, start_run: StartRun, respond: Respond
) -> None:
    """Trap 9: behind a balancer of connections, users who keep theirs stay with the replicas they knew first."""
    first, second = respond().port, respond().port
    with ExitStack() as stack:
        balancers = plain, reuse, renewed = [stack.enter_context(Balancer(first)) for _ in range(3)]
        naive = start_plain("three_checks", plain.url, "-u", "5", "-r", "5")
        runs = [start_run(reuse.url, TWO_STAGES), start_run(renewed.url, TWO_STAGES.replace("reuse", "1s"))]
        naive.wait_for_users()
        for run in runs:
            run.wait_for("after:")
        before = [balancer.requests.total() for balancer in balancers]
        for balancer in balancers:
            balancer.add(second)
        finished = [run.finish() for run in runs]
        assert naive.stop_after(0) == 0, naive.output
        after = [balancer.requests.total() - asked for balancer, asked in zip(balancers, before, strict=True)]
        shares = [balancer.requests[second] / asked for balancer, asked in zip(balancers, after, strict=True)]
    assert min(after) > 50
    assert shares[0] == 0
    assert shares[1] < shares[2] / 2
    assert 0.25 < shares[2] < 0.6
    assert [only.correct == only.due for run in finished for only in run.report.stages] == [True] * 4


def cpu_s_of(times: int, action: Callable[[], object]) -> float:
    began_s = time.thread_time()
    for _ in range(times):
        action()
    return (time.thread_time() - began_s) / times


def test_taking_a_payload_from_the_deck_costs_nothing_beside_making_a_faker_for_it() -> None:
    """Trap 10: a Faker for each request keeps the generator's only thread from sending and receiving meanwhile."""
    scenario = make_scenario()
    deck = make_deck(source_for(scenario.model), scenario.load, size=100)
    run = LoadRun(scenario, deck, RequestLog(), Generator("only"))
    assert cpu_s_of(20, Faker) > 50 * cpu_s_of(10_000, lambda: run.payload(run.next_number()))


def test_payloads_are_made_before_the_clock_starts(respond: Respond, tmp_path: Path) -> None:
    """Trap 10: however long it takes to make the payloads, no request leaves late because of it."""
    shutil.copytree(ROOT / "load_tests", tmp_path / "load_tests", ignore=shutil.ignore_patterns("__pycache__"))
    source = tmp_path / "load_tests" / "payloads" / "insurance_charges_model.py"
    text = source.read_text(encoding="utf-8")
    slow = f"    __import__('time').sleep({MAKING_S})\n"
    source.write_text(text.replace("    fake = Faker()\n", f"{slow}    fake = Faker()\n"))
    (tmp_path / "scenario.yaml").write_text(AT_ONCE)
    command = [sys.executable, "-m", "load_tests", "run", "scenario.yaml", "--host", respond().url]
    finished = subprocess.run([*command, "--report-folder", "report"], cwd=tmp_path, capture_output=True, check=False)
    report = RunReport.model_validate_json((tmp_path / "report" / FILE_NAME).read_bytes())
    assert finished.returncode == 0, finished.stdout
    [generator] = report.generators
    assert max(generator.latest_ms) < 1000 * MAKING_S / 2
    assert only_stage(report).due > 50
