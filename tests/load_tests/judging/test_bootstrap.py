"""The block bootstrap finds what sorting every resample would find, and is wide where late requests come in bursts."""

import math
import random
import time
from collections.abc import Callable
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from load_tests.judging.bootstrap import block_length_s, evenly, percentile_interval
from load_tests.judging.measurement import percentile

Seconds = list[list[float]]

latencies = st.floats(0.001, 10) | st.sampled_from([0.01, 0.02, math.inf])


def sorted_resamples(seconds: Seconds, percent: float, seed: int, resamples: int) -> list[float]:
    """What the bootstrap is to find, by writing out every resample and sorting it."""
    draw, judged_s = random.Random(seed), len(seconds)
    block_s = max(1, round(judged_s ** (1 / 3)))
    found: list[float] = []
    while len(found) < resamples:
        starts = draw.choices(range(judged_s), k=judged_s // block_s)
        drawn = chain.from_iterable(seconds[(start + i) % judged_s] for start in starts for i in range(block_s))
        if rising := sorted(drawn):
            found.append(percentile(rising, percent))
    return sorted(found)


@given(
    seconds=st.lists(st.lists(latencies, max_size=4), min_size=10, max_size=16),
    percent=st.sampled_from([1, 33.3, 50, 75, 90]),
    seed=st.integers(0, 99),
)
def test_the_percentiles_are_those_of_resamples_written_out_and_sorted(
    seconds: Seconds, percent: float, seed: int
) -> None:
    found = percentile_interval(seconds, percent, confidence=0.5, seed=seed, resamples=20)
    assert found.seen_s == pytest.approx(percentile(sorted(chain(*seconds)), percent), rel=0, abs=0, nan_ok=True)
    if found.replicates_s:
        expected = sorted_resamples(seconds, percent, seed, resamples=20)
        assert list(found.replicates_s) == expected
        assert (found.low_s, found.high_s) == (expected[5], expected[14])


@pytest.mark.parametrize("percent", [50, 90, 99, 99.9])
def test_far_from_its_rank_a_percentile_of_many_is_off_by_a_thirtieth_of_the_way_at_most(percent: float) -> None:
    seconds = bursty(np.random.default_rng(5), judged_s=60, rate_rps=200)
    rising = sorted(chain(*seconds))
    own = rising.index(percentile(rising, percent))
    found = percentile_interval(seconds, percent, 0.95, seed=3, resamples=200).replicates_s
    exact = sorted_resamples(seconds, percent, seed=3, resamples=200)
    off = [rising.index(near) - rising.index(there) for near, there in zip(found, exact, strict=True)]
    far = [abs(rising.index(there) - own) for there in exact]
    assert max(far) > 100, "some are far enough for the test to say something"
    assert all(0 <= wrong <= way / 30 for wrong, way in zip(off, far, strict=True))


def independent(draw: np.random.Generator, judged_s: int, rate_rps: float) -> Seconds:
    """Latencies of 18 ms in the median, each on its own."""
    return [draw.lognormal(-4, 0.5, draw.poisson(rate_rps)).tolist() for _ in range(judged_s)]


def bursty(draw: np.random.Generator, judged_s: int, rate_rps: float) -> Seconds:
    """The same, but in one second of twenty all are slower, up to four times."""
    slower = np.where(draw.random(judged_s) < 0.05, 1 + 3 * draw.random(judged_s), 1)
    return [(draw.lognormal(-4, 0.5, draw.poisson(rate_rps)) * times).tolist() for times in slower]


def binomial_interval(seconds: Seconds, percent: float) -> tuple[float, float]:
    """Order statistics that enclose the percentile at 95 % if requests are independent."""
    rising = sorted(chain(*seconds))
    below, at_most = (int(stats.binom.ppf(tail, len(rising), percent / 100)) for tail in (0.025, 0.975))
    return rising[max(0, below - 1)], rising[min(len(rising) - 1, at_most)]


def coverages(seconds_of: Callable[[np.random.Generator, int, float], Seconds], runs: int = 100) -> tuple[float, float]:
    """How often the binomial's and the bootstrap's 95 % intervals hold the true p95, over runs of 200 s at 40/s."""
    truth = np.percentile(np.concatenate(seconds_of(np.random.default_rng(1), 10_000, 40)), 95)
    draw = np.random.default_rng(2)
    covered = [0, 0]
    for run in range(runs):
        seconds = seconds_of(draw, 200, 40)
        found = percentile_interval(seconds, 95, 0.95, seed=run, resamples=200)
        low_s, high_s = binomial_interval(seconds, 95)
        covered[0] += low_s <= truth <= high_s
        covered[1] += found.low_s <= truth <= found.high_s
    return covered[0] / runs, covered[1] / runs


def test_of_independent_requests_both_intervals_hold_the_true_percentile() -> None:
    binomial, bootstrap = coverages(independent)
    assert binomial >= 0.9
    assert bootstrap >= 0.88


def test_when_late_requests_come_in_bursts_the_binomial_is_too_sure_and_the_bootstrap_is_not() -> None:
    binomial, bootstrap = coverages(bursty)
    assert binomial <= 0.6
    assert bootstrap >= 0.86


def test_latencies_in_bursts_leave_a_percentile_less_known_than_the_same_ones_scattered() -> None:
    burst: Seconds = [[0.5 if second in (20, 21, 22) else 0.01] * 20 for second in range(60)]
    scattered: Seconds = [[0.5] + [0.01] * 19 for _ in range(60)]
    assert sorted(chain(*burst)) == sorted(chain(*scattered))
    in_burst, in_all = (percentile_interval(seconds, 95, 0.95, seed=1) for seconds in (burst, scattered))
    assert (in_burst.seen_s, in_burst.low_s, in_burst.high_s) == (0.01, 0.01, 0.5)
    assert (in_all.seen_s, in_all.low_s, in_all.high_s) == (0.01, 0.01, 0.01)


@pytest.mark.parametrize(
    "seconds",
    [[], [[]], [[], [], []], [[0.01] * 1000], [[0.01] * 1000] * 9, [[0.01], *([[]] * 99)], [[0.01] * 2] * 149],
    ids=["nothing", "no request", "seconds without", "one second", "9 seconds", "one request", "298 requests"],
)
def test_too_little_to_know_anything_gives_the_widest_interval(seconds: Seconds) -> None:
    found = percentile_interval(seconds, 99, 0.95, seed=1)
    assert (found.low_s, found.high_s, found.replicates_s) == (0.0, math.inf, ())
    assert math.isnan(found.seen_s) == (not any(seconds))


def test_299_requests_in_10_seconds_are_enough_for_a_p99() -> None:
    assert len(percentile_interval([[0.01] * 30] * 9 + [[0.01] * 29], 99, 0.95, seed=1).replicates_s) == 1000


def test_without_any_correct_answer_the_percentile_is_surely_infinite() -> None:
    found = percentile_interval([[math.inf] * 20] * 20, 99, 0.95, seed=1, resamples=10)
    assert (found.seen_s, found.low_s, found.high_s) == (math.inf, math.inf, math.inf)
    assert found.replicates_s == (math.inf,) * 10


def test_seconds_without_a_request_are_drawn_like_others() -> None:
    seconds: Seconds = [[]] * 57 + [[0.01] * 200, [0.02] * 200, [0.03] * 200]
    found = percentile_interval(seconds, 50, 0.95, seed=1)
    assert list(found.replicates_s) == sorted_resamples(seconds, 50, seed=1, resamples=1000)


@pytest.mark.parametrize(("judged_s", "block_s"), [(0, 1), (1, 1), (3, 1), (4, 2), (27, 3), (600, 8), (3600, 15)])
def test_a_block_lasts_the_cube_root_of_the_time(judged_s: int, block_s: int) -> None:
    assert block_length_s(judged_s) == block_s


def test_the_same_seed_gives_the_same_interval() -> None:
    seconds = bursty(np.random.default_rng(4), judged_s=40, rate_rps=50)
    again = [percentile_interval(seconds, 99, 0.95, seed) for seed in (1, 1, 2)]
    assert again[0] == again[1] != again[2]


def test_fewer_replicates_are_taken_evenly() -> None:
    assert evenly(tuple(range(1000)), 5) == (100, 300, 500, 700, 900)
    assert evenly((1.0, 2.0), 2) == (1.0, 2.0)
    assert evenly((), 0) == ()


def test_a_hundred_thousand_requests_take_about_a_second() -> None:
    """Far less on an idle machine; sorting 1,000 resamples would take half a minute."""
    draw = random.Random(1)
    seconds = [[draw.expovariate(50) for _ in range(167)] for _ in range(600)]
    began_s = time.thread_time()
    percentile_interval(seconds, 99, 0.95, seed=1)
    assert time.thread_time() - began_s < 2
