"""A limit stops a request that costs more than its quota of a period, and no replica can make up for that."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load_tests.planning.cpu_limit import is_out_of_reach, least_limit_cores, slowest_s
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("cpu_ms", "limit_cores", "slowest_ms"),
    [
        (20, 0.2, 20),  # just its quota
        (20.1, 0.2, 100.1),
        (32, 0.2, 112),
        (40, 0.2, 120),
        (41, 0.2, 201),
        (32, 0.5, 32),
        (500, 1.0, 500),  # a core is all that one thread can use
        (500, 4.0, 500),
        (500, float("inf"), 500),
    ],
)
def test_a_request_stands_still_between_its_quotas(cpu_ms: float, limit_cores: float, slowest_ms: float) -> None:
    assert slowest_s(cpu_ms / 1000, limit_cores) == pytest.approx(slowest_ms / 1000)


@given(st.floats(0.0001, 2.0), st.floats(0.01, 8.0))
def test_no_request_is_quicker_than_its_cpu_and_none_uses_more_than_its_limit(cpu_s: float, limit: float) -> None:
    slowest = slowest_s(cpu_s, limit)
    assert slowest >= cpu_s
    assert cpu_s <= min(1.0, limit) * (slowest + 0.1) + 1e-6


@given(st.floats(0.0001, 0.1))
def test_the_least_limit_never_stops_it_and_a_lower_one_does(cpu_s: float) -> None:
    least = least_limit_cores(cpu_s)
    assert slowest_s(cpu_s, least) == pytest.approx(cpu_s)
    assert slowest_s(cpu_s, least * 0.99) > cpu_s


def test_the_limit_of_the_article_keeps_no_100_ms_and_that_was_seen() -> None:
    """A prediction of 32 ms of CPU; at 500m none took longer than 100 ms, at 200m many did."""
    measured = json.loads((ROOT / "benchmarks" / "results" / "cpu_limits.json").read_text(encoding="utf-8"))
    for limit_cores, at in ((0.2, "at_200m"), (0.5, "at_500m")):
        assert is_out_of_reach(0.032, limit_cores, 0.1) == (measured[at]["longer_than_100_ms"] > 0)
