"""What the metrics API says of a pod's CPU, and how old that is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load_tests.planning.pod_metrics import PodMetrics
from load_tests.planning.utilisation import Usage


def watched(until_s: int, every_s: int, phase_s: int = 0, busy_from_s: int = 0) -> PodMetrics:
    """A pod that uses a core from a time on; the kubelet measures every 10 s."""
    metrics = PodMetrics()
    for now_s in range(until_s + 1):
        if now_s % 10 == 0:
            metrics.measure(now_s, max(0, now_s - busy_from_s))
        if now_s % every_s == phase_s:
            metrics.scrape()
    return metrics


def test_nothing_is_said_before_two_measurements_were_found() -> None:
    assert watched(14, every_s=15).usage is None
    assert watched(15, every_s=15).usage == Usage(1.0, ends_s=10, window_s=10)


@pytest.mark.parametrize(("until_s", "window_s"), [(15, 10), (30, 20), (45, 10), (60, 20)])
def test_the_window_lies_between_the_last_two_measurements_found(until_s: int, window_s: float) -> None:
    usage = watched(until_s, every_s=15).usage
    assert usage is not None
    assert usage.window_s == window_s


def test_a_server_that_looks_once_a_minute_says_the_average_of_a_minute() -> None:
    usage = watched(125, every_s=60, phase_s=5, busy_from_s=90).usage
    assert usage == Usage(0.5, ends_s=120, window_s=60)


def test_a_measurement_that_is_known_already_changes_nothing() -> None:
    assert watched(39, every_s=3).usage == Usage(1.0, ends_s=30, window_s=10)


@given(st.integers(20, 200), st.sampled_from([15, 30, 60]), st.integers(0, 14))
def test_what_is_said_is_older_than_the_last_look_by_a_measurement_at_most(
    until_s: int, every_s: int, phase_s: int
) -> None:
    usage = watched(until_s, every_s, phase_s).usage
    if usage is not None:
        looked_s = until_s - (until_s - phase_s) % every_s
        assert looked_s - 10 < usage.ends_s <= looked_s
        assert usage.used_cores == 1.0
