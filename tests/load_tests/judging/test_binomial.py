"""The binomial limits are exact: held against published values and against SciPy."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from load_tests.judging import binomial


@pytest.mark.parametrize(
    ("allowed", "bad", "fewest"),
    [
        (0.01, 0, 299),
        (0.01, 1, 473),
        (0.01, 2, 628),
        (0.01, 5, 1049),
        (0.05, 0, 59),
        (0.05, 1, 93),
        (0.05, 2, 124),
        (0.001, 0, 2995),
    ],
)
def test_fewest_requests_that_prove_an_objective_at_95_percent(allowed: float, bad: int, fewest: int) -> None:
    assert binomial.requests_to_prove(bad, allowed, 0.95) == fewest
    assert binomial.proves_kept(bad, fewest, allowed, 0.95)
    assert not binomial.proves_kept(bad, fewest - 1, allowed, 0.95)


@given(
    n=st.integers(1, 2_000_000),
    share=st.floats(1e-4, 0.999),
    deviations=st.floats(-6, 6),
)
def test_the_distribution_agrees_with_scipy(n: int, share: float, deviations: float) -> None:
    bad = min(n, max(0, round(n * share + deviations * (n * share * (1 - share)) ** 0.5)))
    assert binomial.probability_at_most(bad, n, share) == pytest.approx(stats.binom.cdf(bad, n, share), abs=1e-7)


@given(n=st.integers(1, 100_000), bad_share=st.floats(0, 0.3))
def test_the_upper_limit_is_the_one_of_clopper_and_pearson(n: int, bad_share: float) -> None:
    bad = round(n * bad_share)
    assert binomial.upper_limit(bad, n, 0.95) == pytest.approx(stats.beta.ppf(0.95, bad + 1, n - bad), rel=1e-6)


@given(n=st.integers(1, 100_000), bad_share=st.floats(0, 0.3))
def test_the_lower_limit_is_the_one_of_clopper_and_pearson(n: int, bad_share: float) -> None:
    bad = round(n * bad_share)
    expected = stats.beta.ppf(0.05, bad, n - bad + 1) if bad else 0.0
    assert binomial.lower_limit(bad, n, 0.95) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@given(n=st.integers(1, 20_000), bad=st.integers(0, 200), allowed=st.sampled_from([0.001, 0.01, 0.05, 0.5]))
def test_nothing_is_proven_both_kept_and_broken(n: int, bad: int, allowed: float) -> None:
    bad = min(bad, n)
    kept = binomial.proves_kept(bad, n, allowed, 0.95)
    assert not (kept and binomial.proves_broken(bad, n, allowed, 0.95))


def test_a_system_at_its_limit_is_passed_at_most_once_in_twenty() -> None:
    """At n = 628 and a true share of 1 %, the rule passes with at most 2 bad ones: 5 % of the time."""
    passing = [bad for bad in range(30) if binomial.proves_kept(bad, 628, 0.01, 0.95)]
    assert stats.binom.cdf(max(passing), 628, 0.01) <= 0.05


@pytest.mark.parametrize("bad", [0, 1])
def test_no_request_proves_nothing(bad: int) -> None:
    assert not binomial.proves_kept(bad, 0, 0.01, 0.95)
    assert not binomial.proves_broken(bad, 0, 0.01, 0.95)
    assert binomial.upper_limit(bad, 0, 0.95) == 1
    assert binomial.lower_limit(bad, 0, 0.95) == 0


def test_more_requests_settle_an_open_question_unless_it_is_too_close() -> None:
    more = binomial.requests_to_settle(2, 300, 0.01, 0.95, 0.95)
    assert more is not None
    assert binomial.proves_kept(round(2 * (300 + more) / 300), 300 + more, 0.01, 0.95)
    assert binomial.requests_to_settle(3, 300, 0.01, 0.95, 0.95) is None
    assert binomial.requests_to_settle(0, 0, 0.01, 0.95, 0.95) == 299


@pytest.mark.parametrize(
    ("bad", "n", "allowed"),
    [
        (1030, 100_000, 0.01),
        (9860, 1_000_000, 0.01),
        (242, 226_568, 0.001),
        (25_100, 50_000, 0.5),
        (94_900, 100_000, 0.95),
    ],
)
@pytest.mark.parametrize("confidence", [0.95, 0.9999])
def test_a_large_number_of_requests_to_settle_is_right_to_a_few_percent(
    bad: int, n: int, allowed: float, confidence: float
) -> None:
    total = n + (binomial.requests_to_settle(bad, n, allowed, confidence, confidence) or 0)
    for factor, enough in ((1.03, True), (0.97, False)):
        assert settled(round(bad / n * total * factor), round(total * factor), allowed, confidence) is enough


def settled(bad: int, n: int, allowed: float, confidence: float) -> bool:
    return binomial.proves_kept(bad, n, allowed, confidence) or binomial.proves_broken(bad, n, allowed, confidence)


def test_what_a_million_requests_prove_is_known_in_milliseconds() -> None:
    """It is asked while the load goes on, in the process that offers it. What else the machine does only adds to it."""
    costs_s = []
    for _ in range(5):
        before_s = time.thread_time()
        binomial.upper_limit(9_990, 1_000_000, 0.95)
        binomial.requests_to_settle(9_900, 1_000_000, 0.01, 0.95, 0.95)
        costs_s.append(time.thread_time() - before_s)
    assert min(costs_s) < 0.01
