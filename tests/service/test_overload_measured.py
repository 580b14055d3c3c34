"""At twice its capacity the service keeps its goodput, its word on waiting and its probes: `benchmarks/overload.py`."""

import pytest

from benchmarks.overload import MAX_WAIT_MS, Overload, measure
from tests.stalls import undisturbed

pytestmark = pytest.mark.alone
SLACK_MS = 400.0
"""For a machine that has other things to do; without limits, requests wait until their clients give up after 2 s."""
LONG_MS, SHORT_MS = 20.0, 1.5
"""Of CPU a prediction: one that runs in a thread, and one that runs on the event loop."""


@pytest.fixture(scope="module", params=[LONG_MS, SHORT_MS])
def overload(request: pytest.FixtureRequest) -> Overload:
    """Give what came of once and of twice the capacity."""
    return undisturbed(lambda: measure(request.param, core=None, loads=(1.0, 2.0), step_s=3.0), SLACK_MS / 2000)


def test_at_twice_its_capacity_it_keeps_its_goodput(overload: Overload) -> None:
    assert overload.loads[-1].refused_rps > 0
    kept = overload.kept_at_twice_per_cpu_s  # which no other process can change, while it can change the goodput
    assert kept >= (0.9 if overload.cpu_ms == LONG_MS else 0.7), "a refusal costs as much as several short predictions"


def test_accepted_requests_wait_no_longer_than_they_may(overload: Overload) -> None:
    twice = overload.loads[-1]
    assert twice.given_up == 0
    assert twice.accepted_p99_ms is not None
    assert twice.accepted_p99_ms < MAX_WAIT_MS + overload.cpu_ms + SLACK_MS


def test_probes_are_answered_in_time(overload: Overload) -> None:
    twice = overload.loads[-1]
    assert twice.probes_failed == 0
    assert twice.probe_p99_ms is not None
    assert twice.probe_p99_ms < SLACK_MS


def test_without_limits_requests_wait_longer(overload: Overload) -> None:
    limited_ms, unlimited_ms = overload.loads[-1].accepted_p99_ms, overload.without_limits_at_twice.accepted_p99_ms
    assert limited_ms is not None
    assert unlimited_ms is not None
    assert unlimited_ms > limited_ms
