"""Whatever the counts, a verdict moves with them: worse runs are never judged better, and better ones never worse."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load_tests.judging.judgement import Verdict, judge_demand, worst
from load_tests.specification.demands import JudgedDemand
from load_tests.specification.objectives import (
    ErrorObjective,
    GoodputObjective,
    LatencyObjective,
    NoErrorObjective,
    Objective,
    ThroughputObjective,
)
from load_tests.specification.timeline import timeline_of
from tests.load_tests.builders import make_scenario

RISING = (Verdict.INVALID, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS)
WINDOW = timeline_of(make_scenario()).windows[-1]
LIMIT_S = 0.1


@dataclass(frozen=True)
class Seen:
    """The requests of a stage: answered correctly in time and late, gone wrong, and dropped by the generator."""

    fast: int
    slow: int
    failed: int
    dropped: int
    measured_s: float = WINDOW.judged_s

    @property
    def correct(self) -> int:
        return self.fast + self.slow

    @property
    def due(self) -> int:
        return self.correct + self.failed + self.dropped

    def slower_than(self, threshold_s: float) -> int:
        return self.slow if threshold_s >= LIMIT_S else self.correct

    def but(self, instead_of_fast: int, kind: str) -> "Seen":
        """The same requests, but so many of those in time became of another kind."""
        number = min(instead_of_fast, self.fast)
        return replace(self, fast=self.fast - number, **{kind: getattr(self, kind) + number})

    def and_more(self, number: int, kind: str) -> "Seen":
        """So many requests of one kind more."""
        return replace(self, **{kind: getattr(self, kind) + number})


proportions = st.one_of(
    st.builds(LatencyObjective, st.sampled_from([50.0, 90.0, 95.0, 99.0, 99.9]), st.just(LIMIT_S)),
    st.builds(ErrorObjective, st.floats(0.0005, 0.5)),
    st.builds(GoodputObjective, st.floats(0.5, 0.9995)),
)
counts = proportions | st.just(NoErrorObjective())
objectives = counts | st.builds(ThroughputObjective, st.floats(0.5, 500))
confidences = st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.999])
stages = st.builds(Seen, st.integers(0, 3000), st.integers(0, 60), st.integers(0, 60), st.integers(0, 5))
something = stages.filter(lambda seen: seen.due > 0)
poorer_kinds = st.sampled_from(["slow", "failed", "dropped"])
some = st.integers(1, 40)


def verdict(objective: Objective, confidence: float, *seen: Seen) -> Verdict:
    demand = JudgedDemand("only", objective, (WINDOW,) * len(seen))
    return judge_demand(demand, seen, to_keep=confidence, to_break=confidence).verdict


def rank(verdict: Verdict) -> int:
    return RISING.index(verdict)


@given(objectives, confidences, stages, some, poorer_kinds)
def test_a_request_that_fares_worse_never_improves_a_verdict(
    objective: Objective, confidence: float, seen: Seen, number: int, kind: str
) -> None:
    assert rank(verdict(objective, confidence, seen.but(number, kind))) <= rank(verdict(objective, confidence, seen))


@given(counts, confidences, something, some)
def test_another_request_that_goes_wrong_never_improves_a_verdict(
    objective: Objective, confidence: float, seen: Seen, number: int
) -> None:
    more = seen.and_more(number, "failed")
    assert rank(verdict(objective, confidence, more)) <= rank(verdict(objective, confidence, seen))


@given(objectives, confidences, stages, st.integers(1, 2000))
def test_another_good_request_never_makes_a_verdict_worse(
    objective: Objective, confidence: float, seen: Seen, number: int
) -> None:
    more = seen.and_more(number, "fast")
    assert rank(verdict(objective, confidence, more)) >= rank(verdict(objective, confidence, seen))


@given(objectives, st.tuples(confidences, confidences), stages)
def test_a_higher_confidence_proves_nothing_that_a_lower_one_does_not(
    objective: Objective, asked: tuple[float, float], seen: Seen
) -> None:
    lower, higher = (verdict(objective, confidence, seen) for confidence in sorted(asked))
    assert higher in (lower, Verdict.INCONCLUSIVE)


@given(st.floats(0.0005, 0.5), st.floats(0, 0.4), confidences, stages)
def test_an_objective_that_allows_more_is_never_judged_worse(
    allowed: float, more: float, confidence: float, seen: Seen
) -> None:
    strict, lenient = (verdict(ErrorObjective(share), confidence, seen) for share in (allowed, allowed + more))
    assert rank(lenient) >= rank(strict)


@given(objectives, confidences, stages, stages)
def test_it_does_not_matter_in_which_of_its_stages_a_request_was(
    objective: Objective, confidence: float, one: Seen, other: Seen
) -> None:
    moved = replace(one, fast=one.fast + other.fast), replace(other, fast=0)
    found = {verdict(objective, confidence, *stages) for stages in ((one, other), (other, one), moved)}
    assert len(found) == 1


@pytest.mark.parametrize("unproven", [Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.INVALID])
@given(passed=st.integers(0, 5), place=st.integers(0, 5))
def test_one_verdict_that_is_no_pass_spoils_all(unproven: Verdict, passed: int, place: int) -> None:
    verdicts = [Verdict.PASS] * passed
    verdicts.insert(min(place, passed), unproven)
    assert worst(verdicts) is unproven


@given(verdicts=st.lists(st.sampled_from(Verdict), min_size=1), other=st.sampled_from(Verdict))
def test_the_worst_is_one_of_them_and_another_never_improves_it(verdicts: list[Verdict], other: Verdict) -> None:
    found = worst(verdicts)
    assert found in verdicts
    assert all(rank(found) <= rank(verdict) for verdict in verdicts)
    assert rank(worst([*verdicts, other])) == min(rank(found), rank(other))
