"""Two runs prove a change only if chance does not explain it: intervals are exact, and none contradicts another."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from load_tests.comparing.changes import Change, Count, Finding, compare, percentile_ratio, rate_ratio
from load_tests.judging.bootstrap import evenly, percentile_interval
from load_tests.judging.judgement import Verdict
from load_tests.report.objective_report import ObjectiveReport
from load_tests.specification.objectives import (
    ErrorObjective,
    GoodputObjective,
    LatencyObjective,
    Objective,
    ThroughputObjective,
)
from tests.load_tests.judging.test_bootstrap import independent

P99 = LatencyObjective(99, 0.1)
ERRORS = ErrorObjective(0.01)
THROUGHPUT = ThroughputObjective(5)

counts = st.builds(Count, st.integers(0, 500), st.floats(1, 1e6))


def reported(objective: Objective, **changes: object) -> ObjectiveReport:
    facts = {"due": 1000, "bad": 0, "measured_s": 100.0, "evidence": "", "where": "peak", "verdict": Verdict.PASS}
    return ObjectiveReport.model_validate({**facts, "objective": objective.title, **changes})


def latency(*replicates_ms: float | None) -> ObjectiveReport:
    return reported(P99, seen_ms=replicates_ms[len(replicates_ms) // 2], replicates_ms=replicates_ms)


def change(objective: Objective, old: ObjectiveReport, new: ObjectiveReport, confidence: float = 0.95) -> Change:
    [only] = compare([objective], [old], [new], confidence)
    return only


def around(middle_ms: float) -> ObjectiveReport:
    """A percentile known to within 5 % on either side."""
    return latency(*(middle_ms * (0.95 + 0.1 * number / 199) for number in range(200)))


@pytest.mark.parametrize(
    ("new_ms", "finding", "matters"),
    [
        (41, Finding.NO_PROOF, False),
        (43, Finding.NO_PROOF, False),
        (45.5, Finding.WORSE, False),
        (50, Finding.WORSE, True),
        (36, Finding.BETTER, False),
    ],
)
def test_a_percentile_is_worse_once_the_whole_interval_is_and_matters_from_5_percent_on(
    new_ms: float, finding: Finding, matters: bool
) -> None:
    found = change(P99, around(41), around(new_ms))
    assert (found.finding, found.matters) == (finding, matters)
    assert found.low < new_ms / 41 < found.high
    assert found.new == pytest.approx(new_ms / 1000, rel=0.01)


def test_the_ratio_of_percentiles_leaves_out_the_same_share_of_pairs_at_both_ends() -> None:
    old, new = (np.random.default_rng(seed).lognormal(0, 0.2, 200).tolist() for seed in (1, 2))
    ratios = np.sort(np.divide.outer(np.array(new), np.array(old)).ravel())
    assert percentile_ratio(old, new, 0.95) == (ratios[1000], ratios[-1001])
    assert percentile_ratio(old, new, 1) == (ratios[0], ratios[-1])


@pytest.mark.parametrize(
    ("old", "new", "limits", "finding"),
    [
        ([1, 1], [math.inf, math.inf], (math.inf, math.inf), Finding.WORSE),
        ([math.inf, math.inf], [1, 1], (0, 0), Finding.BETTER),
        ([math.inf, math.inf], [math.inf, math.inf], (0, math.inf), Finding.NO_PROOF),
        ([1, math.inf], [2, math.inf], (0, math.inf), Finding.NO_PROOF),
        ([], [1, 1], (0, math.inf), Finding.NO_PROOF),
        ([1, 1], [], (0, math.inf), Finding.NO_PROOF),
        ([0, 0], [1, 1], (0, math.inf), Finding.NO_PROOF),
    ],
    ids=["broke", "mended", "both broken", "both may be broken", "no old", "no new", "no time at all"],
)
def test_an_infinite_percentile_is_worse_than_any_other_and_as_bad_as_itself(
    old: Sequence[float], new: Sequence[float], limits: tuple[float, float], finding: Finding
) -> None:
    assert percentile_ratio(old, new, 0.95) == limits
    assert Change("peak", P99, 1, 1, *limits).finding is finding


def test_null_in_a_report_is_infinite() -> None:
    found = change(P99, latency(10.0, 10.0), latency(None, None))
    assert (found.new, found.low, found.matters) == (math.inf, math.inf, True)


def test_the_ratio_of_rates_is_the_one_of_the_poisson_test_of_r() -> None:
    """`poisson.test(c(11, 6+8+7), c(800, 1083+1050+878))`, the example in its documentation."""
    found = rate_ratio(Count(6 + 8 + 7, 1083 + 1050 + 878), Count(11, 800), 0.95)
    assert found == pytest.approx((0.8584264, 4.2772659), abs=1e-7)


@given(old=counts, new=counts, confidence=st.sampled_from([0.9, 0.95, 0.999]))
def test_the_ratio_of_rates_agrees_with_scipy(old: Count, new: Count, confidence: float) -> None:
    k, tail = old.events + new.events, (1 - confidence) / 2
    low = stats.beta.ppf(tail, new.events, old.events + 1) if new.events else 0.0
    high = stats.beta.ppf(1 - tail, new.events + 1, old.events) if old.events else 1.0
    times = old.exposure / new.exposure
    expected = (low / (1 - low) * times, high / (1 - high) * times if high < 1 else math.inf) if k else (0.0, math.inf)
    assert rate_ratio(old, new, confidence) == pytest.approx(expected, rel=1e-5, abs=1e-12)


@given(old=counts, new=counts)
def test_what_became_worse_becomes_better_the_other_way_round(old: Count, new: Count) -> None:
    there = Change("peak", ERRORS, 0, 0, *rate_ratio(old, new, 0.95))
    back = Change("peak", ERRORS, 0, 0, *rate_ratio(new, old, 0.95))
    opposite = {Finding.WORSE: Finding.BETTER, Finding.BETTER: Finding.WORSE, Finding.NO_PROOF: Finding.NO_PROOF}
    assert back.finding is opposite[there.finding]


@pytest.mark.parametrize(("bad", "finding"), [(5, Finding.NO_PROOF), (6, Finding.WORSE)])
@pytest.mark.parametrize("objective", [ERRORS, GoodputObjective(0.99)], ids=["errors", "goodput"])
def test_six_bad_requests_where_there_was_none_prove_a_worsening(
    objective: Objective, bad: int, finding: Finding
) -> None:
    """All of k in the new run: 0.5^5 > 2.5 % > 0.5^6."""
    found = change(objective, reported(objective), reported(objective, bad=bad))
    assert (found.finding, found.old, found.new) == (finding, 0, bad / 1000)


def test_no_bad_request_in_either_run_proves_nothing() -> None:
    assert change(ERRORS, reported(ERRORS), reported(ERRORS)).finding is Finding.NO_PROOF


def test_a_share_is_held_against_the_requests_due() -> None:
    found = change(ERRORS, reported(ERRORS, bad=10, due=1000), reported(ERRORS, bad=100, due=10_000))
    assert (found.finding, found.old) == (Finding.NO_PROOF, found.new)


@pytest.mark.parametrize(
    ("correct", "finding", "matters"),
    [
        (10_000, Finding.NO_PROOF, False),
        (9_600, Finding.WORSE, False),
        (9_000, Finding.WORSE, True),
        (11_000, Finding.BETTER, False),
    ],
)
def test_a_throughput_is_worse_when_it_falls(correct: int, finding: Finding, matters: bool) -> None:
    old = reported(THROUGHPUT, due=10_000, bad=0, measured_s=1000.0)
    new = reported(THROUGHPUT, due=correct + 7, bad=7, measured_s=1000.0)
    found = change(THROUGHPUT, old, new)
    assert (found.finding, found.matters) == (finding, matters)
    assert (found.old, found.new) == (10, correct / 1000)


def test_a_throughput_is_a_rate_and_no_count() -> None:
    old = reported(THROUGHPUT, due=10_000, measured_s=1000.0)
    assert change(THROUGHPUT, old, reported(THROUGHPUT, due=5_000, measured_s=500.0)).finding is Finding.NO_PROOF


def test_of_more_objectives_each_is_held_to_a_higher_confidence() -> None:
    """Six new errors are enough for one objective; for two, 0.5^6 > 1.25 %."""
    old, new = reported(ERRORS), reported(ERRORS, bad=6)
    assert [found.finding for found in compare([ERRORS] * 1, [old], [new], 0.95)] == [Finding.WORSE]
    assert [found.finding for found in compare([ERRORS] * 2, [old] * 2, [new] * 2, 0.95)] == [Finding.NO_PROOF] * 2


def test_a_service_compared_with_itself_is_seldom_said_to_have_changed() -> None:
    draw = np.random.default_rng(3)
    wrong = 0
    for run in range(40):
        old, new = (
            evenly(percentile_interval(independent(draw, 40, 40), 99, 0.95, seed, resamples=200).replicates_s, 100)
            for seed in (run, 1000 + run)
        )
        low, high = percentile_ratio(old, new, 0.95)
        wrong += not low <= 1 <= high
    assert wrong <= 5
