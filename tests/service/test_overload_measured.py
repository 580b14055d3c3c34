"""At twice its capacity the service keeps its goodput, its word on waiting and its probes."""

import pytest

from benchmarks.overload import MAX_WAIT_MS, measure

pytestmark = pytest.mark.alone
CPU_MS = 20.0
SLACK_MS = 150.0
"""For a machine that has other things to do."""


def test_at_twice_its_capacity_it_keeps_its_goodput_and_its_word() -> None:
    overload = measure(CPU_MS, core=None, loads=(1.0, 2.0), step_s=4.0)
    once, twice = overload.loads
    assert twice.goodput_rps >= 0.9 * once.goodput_rps
    assert twice.refused_rps > 0
    assert twice.accepted_p99_ms is not None
    assert twice.accepted_p99_ms < MAX_WAIT_MS + CPU_MS + SLACK_MS
    assert twice.probes_failed == 0
    assert twice.probe_p99_ms is not None
    assert twice.probe_p99_ms < SLACK_MS
    assert overload.without_limits_at_twice.goodput_rps < 0.9 * once.goodput_rps, "the limits make no difference"
