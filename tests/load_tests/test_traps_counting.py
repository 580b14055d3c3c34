"""Traps in what Locust counts, shown with plain Locust: what hangs, what is rounded, what is lost at the end."""

import json
import signal
import subprocess
import sys
import time

from benchmarks.balancer import Balancer
from load_tests.judging.judgement import Verdict
from load_tests.judging.measurement import percentile
from load_tests.judging.verdict import judge
from tests.conftest import ServiceFactory
from tests.load_tests.builders import make_scenario, measured
from tests.load_tests.conftest import Respond, StartRun
from tests.load_tests.plain_locust import NAIVE, PlainRun, StartPlain
from tests.stalls import again_if_disturbed

TO_THE_END = """
model: insurance_charges_model
load: {{arrivals: open, warmup: 0s, settle: 0s, timeout: {timeout}, connections: reuse, golden: 0%, seed: 5}}
stages: [{{name: only, rate: 25/s, for: 2s}}]
slo: {{throughput: 90%}}
"""


@again_if_disturbed
def test_a_service_that_hangs_passes_three_checks_of_what_has_ended(
    start_plain: StartPlain, running_service: ServiceFactory
) -> None:
    """Trap 1: a request that never ends is counted nowhere.

    Ours does not pass: running/test_real_runs.py, test_a_service_that_stands_still_does_not_pass.
    """
    service = running_service()
    run = start_plain("three_checks", service.url, "-u", "5", "-r", "5")
    run.wait_for_users()
    time.sleep(2.0)
    service.process.send_signal(signal.SIGSTOP)
    exit_code = run.stop_after(2.0)
    service.process.send_signal(signal.SIGCONT)
    assert exit_code == 0, run.output
    assert run.totals.failures == 0
    assert run.totals.max_ms < 2000
    assert 0 < run.totals.requests < 0.8 * 4 * 100


def test_percentiles_of_rounded_times_pass_what_is_too_slow() -> None:
    """Trap 4: Locust keeps two digits of a time, 105 ms as 100, takes 0 for the p99 of nothing, and refusals for speed.

    A demand of "p99 ≤ 100 ms" is kept in three cases in which it is not.
    """
    command = [sys.executable, str(NAIVE / "locust_statistics.py")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert json.loads(printed) == {
        "all took 105 ms": 100,
        "nothing was asked": 0,
        "8 of 100 were slow": 1000,
        "8 of 100 were slow, and 900 refused": 10,
    }


def test_percentiles_of_what_was_due_pass_none_of_that() -> None:
    """Trap 4: ours count each request due by its unrounded time, and one that was not answered rightly as too slow."""
    scenario = make_scenario(slo={"p99": "100ms"})
    verdicts = [
        judge(scenario, measurement).verdict
        for measurement in (
            measured(scenario, took_s=0.105),
            measured(scenario, due=0),
            measured(scenario, due=100, slow=8),
            measured(scenario, due=1000, slow=8, wrong_status=900),
        )
    ]
    assert verdicts == [Verdict.FAIL, Verdict.INVALID, Verdict.FAIL, Verdict.FAIL]
    assert percentile([0.105] * 1000, 99) == 0.105


def known_at(run: PlainRun) -> dict[str, int]:
    """How many requests a run of `early_count.py` knew at each event, in the events' order."""
    lines = (line.split() for line in run.output.splitlines() if line.startswith(("test_stop ", "quitting ")))
    return {event: int(requests) for event, requests in lines}


@again_if_disturbed
def test_at_test_stop_the_master_has_not_heard_of_all_requests(start_plain: StartPlain, respond: Respond) -> None:
    """Trap 5: a verdict at `test_stop` is one on part of the requests when several processes offer the load.

    Ours counts all: running/test_many_processes.py, test_three_processes_offer_the_requests_of_one_to_the_request.
    """
    host = respond().url
    alone, several = start_plain("early_count", host), start_plain("early_count", host, "--processes", "2")
    assert (alone.finish(), several.finish()) == (0, 0), several.output
    assert known_at(alone)["test_stop"] == known_at(alone)["quitting"] == alone.totals.requests
    assert known_at(several)["test_stop"] < known_at(several)["quitting"] == several.totals.requests


@again_if_disturbed
def test_sigterm_takes_the_verdict_of_a_run_with_a_shape(start_plain: StartPlain, respond: Respond) -> None:
    """Trap 6: with a shape Locust dies of SIGTERM without an event or a report; without one it ends like any other run.

    Ours ends well: running/test_real_runs.py, test_a_run_that_is_interrupted_is_invalid_and_reported.
    """
    host = respond().url
    shaped = start_plain("early_count", host)
    unshaped = start_plain("three_checks", host, "-u", "5", "-r", "5")
    assert shaped.stop_after(0.5) == -signal.SIGTERM
    assert unshaped.stop_after(0.5) in (0, 1)
    assert known_at(shaped) == {}
    assert not shaped.html.exists()
    assert "best_second" in unshaped.output


@again_if_disturbed
def test_requests_under_way_at_the_end_are_dropped_by_locust_and_waited_for_here(
    start_plain: StartPlain, start_run: StartRun, respond: Respond
) -> None:
    """Trap 7: what the end of a test interrupts is counted nowhere, and that is what was slow.

    Ours asks for 25 a second of a server that can do 12.5, and waits for what is queued at the end: with a timeout of
    20 s every answer comes in time, with one of 1 s the late ones count as bad.
    """
    servers = [respond("--service-ms", "80").port for _ in range(3)]
    with Balancer(servers[0]) as plain, Balancer(servers[1]) as patient, Balancer(servers[2]) as strict:
        ended = start_plain("unhurried", plain.url, "-u", "10", "-r", "10")
        runs = [start_run(to.url, TO_THE_END.format(timeout=s)) for to, s in ((patient, "20s"), (strict, "1s"))]
        assert ended.stop_after(2.0) == 0
        waited_for, late = (run.finish() for run in runs)
        served = [balancer.requests.total() for balancer in (plain, patient, strict)]
    assert served[0] - ended.totals.requests >= 5
    assert ended.totals.failures == 0
    [whole], [broken] = waited_for.report.stages, late.report.stages
    assert served[1:] == [whole.due, broken.due]
    assert whole.correct == whole.due, waited_for.output
    assert broken.correct + broken.failed["timeout"] == broken.due, late.output
    assert waited_for.exit_code == 0, waited_for.output
    assert [row.verdict for row in late.report.objectives] == [Verdict.FAIL], late.output
