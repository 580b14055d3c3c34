"""Real runs before a real server with a fixed service time measure what queueing theory predicts.

The same load is offered three times at once, each time to a server of its own: as a Poisson process, at even intervals
and by closed users; first at 70 % of what the server can take, then at 125 %.
"""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from load_tests.judging.measurement import percentile
from load_tests.queueing import ClosedUsers, dd1_latency_s, latencies_s, md1_latency_s
from load_tests.report.run_report import RunReport
from load_tests.report.stage_report import StageReport
from load_tests.specification.arrivals import open_arrivals
from load_tests.specification.scenario import parse
from load_tests.specification.timeline import timeline_of
from tests.conftest import ROOT
from tests.load_tests.conftest import StartedRun
from tests.stalls import again_if_disturbed

pytestmark = pytest.mark.alone

SERVICE_S = 0.1
"""So long that what a busy machine adds, a few milliseconds, stays within the agreement."""
STEADY_RPS = 7.0
TOO_MUCH_RPS = 12.5
USERS = 2
AGREEMENT = 0.10
"""Largest difference from theory, as a share of it."""
LUCK = 0.03
"""Largest difference that the seed's own arrivals make: it was chosen for being typical."""
STAGES_BY_RATE = f"""
  - {{name: steady, rate: {STEADY_RPS}/s, for: 17s}}
  - {{name: too much, rate: {TOO_MUCH_RPS}/s, for: 4s}}
"""
STAGES_BY_USERS = f"""
  - {{name: steady, users: {USERS}, each: {STEADY_RPS / USERS}/s, for: 17s}}
  - {{name: too much, users: {USERS}, each: {TOO_MUCH_RPS / USERS}/s, for: 4s}}
"""
STAGES = {"open": STAGES_BY_RATE, "uniform": STAGES_BY_RATE, "closed": STAGES_BY_USERS}
Reports = Mapping[str, RunReport]
"""Of the three runs, by their arrivals."""


def test_the_arrivals_of_the_seed_are_typical() -> None:
    assert scheduled_ms("steady") == pytest.approx(md1_ms(), rel=LUCK)


@again_if_disturbed
def test_real_runs_wait_as_long_as_theory_says(tmp_path_factory: pytest.TempPathFactory) -> None:
    reports = measure(tmp_path_factory.mktemp("runs"))
    check_poisson_arrivals(reports["open"])
    check_even_arrivals(reports["uniform"])
    check_closed_users(reports)


def check_poisson_arrivals(report: RunReport) -> None:
    """They wait as M/D/1 says, and before a server that is too slow as their own schedule says."""
    assert measured_ms(report, "steady") == pytest.approx(md1_ms(), rel=AGREEMENT)
    assert measured_ms(report, "too much") == pytest.approx(scheduled_ms("too much"), rel=AGREEMENT)


def check_even_arrivals(report: RunReport) -> None:
    """They wait as D/D/1 says: not at all, and ever longer before a server that is too slow.

    Of the second stage two seconds are judged, after two of settling: 25 requests, after 25 since it began.
    """
    alone_ms = dd1_latency_s(0, STEADY_RPS, SERVICE_S) * 1000
    assert measured_ms(report, "steady") == pytest.approx([alone_ms, alone_ms], rel=AGREEMENT)
    assert stage(report, "too much").due == pytest.approx(25, abs=1)
    growing_s = [dd1_latency_s(number, TOO_MUCH_RPS, SERVICE_S) for number in range(25, 50)]
    growing_ms = [percentile(growing_s, percent) * 1000 for percent in (50, 99)]
    assert measured_ms(report, "too much") == pytest.approx(growing_ms, rel=AGREEMENT)


def check_closed_users(reports: Reports) -> None:
    """At the same rate they report a fraction of the waiting, and they give way to a server that is too slow."""
    steady, too_much = (ClosedUsers(USERS, rps / USERS, SERVICE_S) for rps in (STEADY_RPS, TOO_MUCH_RPS))
    assert stage(reports["closed"], "steady").due == pytest.approx(stage(reports["open"], "steady").due, rel=0.05)
    _, open_p99_ms = measured_ms(reports["open"], "steady")
    _, closed_p99_ms = measured_ms(reports["closed"], "steady")
    assert closed_p99_ms < open_p99_ms / 2
    assert closed_p99_ms <= steady.most_latency_s * 1000 * (1 + AGREEMENT)
    asked = stage(reports["closed"], "too much")
    assert asked.due / (asked.ends_s - asked.judged_from_s) == pytest.approx(too_much.asked_rps, rel=AGREEMENT)
    same_ms = too_much.most_latency_s * 1000
    assert measured_ms(reports["closed"], "too much") == pytest.approx([same_ms, same_ms], rel=AGREEMENT)
    assert measured_ms(reports["uniform"], "too much")[0] > 3 * same_ms


def md1_ms() -> list[float]:
    """The p50 and p99 of M/D/1 at the steady rate."""
    return [md1_latency_s(share, STEADY_RPS, SERVICE_S) * 1000 for share in (0.5, 0.99)]


def scheduled_ms(name: str) -> list[float]:
    """The p50 and p99 that a perfect clock and a perfect server give the Poisson arrivals of this very seed."""
    scenario = parse("scheduled", scenario_text("open"))
    timeline = timeline_of(scenario)
    [window] = [window for window in timeline.windows if window.name == name]
    due_s = list(open_arrivals(scenario, timeline))
    waited_s = zip(due_s, latencies_s(due_s, SERVICE_S), strict=True)
    rising_s = sorted(waited for at_s, waited in waited_s if window.judged_from_s <= at_s < window.ends_s)
    return [percentile(rising_s, percent) * 1000 for percent in (50, 99)]


def measured_ms(report: RunReport, name: str) -> list[float]:
    """The p50 and p99 of a stage."""
    latency_ms = stage(report, name).latency_ms
    assert latency_ms is not None
    return [latency_ms.p50, latency_ms.p99]


def stage(report: RunReport, name: str) -> StageReport:
    """One stage of a report, all of whose requests were answered."""
    [found] = [one for one in report.stages if one.name == name]
    assert found.failed == {}
    assert found.dropped == 0
    return found


def measure(folder: Path) -> Reports:
    """Run the three at once."""
    servers = {arrivals: start_server() for arrivals in STAGES}
    runs: dict[str, StartedRun] = {}
    try:
        for arrivals, server in servers.items():
            assert server.stdout is not None
            host = f"http://127.0.0.1:{int(server.stdout.readline())}"
            (folder / arrivals).mkdir()
            runs[arrivals] = StartedRun(scenario_text(arrivals), host, folder / arrivals)
        return {arrivals: run.finish().report for arrivals, run in runs.items()}
    finally:
        for process in servers.values():
            process.terminate()
            process.communicate()
        for run in runs.values():
            run.process.terminate()
            run.process.wait()


def start_server() -> subprocess.Popen[str]:
    """Start a server that works on one request at a time; the first line it writes is its port."""
    command = [sys.executable, "-m", "load_tests.null_responder", "--service-ms", f"{SERVICE_S * 1000:g}"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def scenario_text(arrivals: str) -> str:
    """The load in the terms of its arrivals, and an objective that nothing here can break."""
    return f"""
model: insurance_charges_model
load: {{arrivals: {arrivals}, warmup: 1s, settle: 2s, timeout: 5s, connections: reuse, golden: 0%, seed: 3593}}
stages: {STAGES[arrivals]}
slo: {{errors: {{limit: 20%, scope: run}}}}
"""
