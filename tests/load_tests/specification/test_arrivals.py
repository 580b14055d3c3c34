"""Open arrivals are a Poisson process with each stage's rate; closed users ask at an even pace."""

import random
from itertools import pairwise

import pytest
from scipy import stats

from load_tests.specification.arrivals import PacedUser, open_arrivals, poisson_arrivals
from load_tests.specification.timeline import timeline_of
from tests.load_tests.builders import CLOSED_LOAD, OPEN_LOAD, make_scenario

STAGES = [{"name": "slow", "rate": "20/s", "for": "200s"}, {"name": "fast", "rate": "100/s", "for": "100s"}]
TIMELINE = timeline_of(make_scenario(stages=STAGES, load=OPEN_LOAD | {"warmup": "0s"}))


@pytest.mark.parametrize("seed", range(5))
def test_arrivals_have_the_rate_of_their_stage_up_to_its_borders(seed: int) -> None:
    due_s = list(poisson_arrivals(TIMELINE, random.Random(seed)))
    slow = sum(at_s < 200 for at_s in due_s)
    assert due_s == sorted(due_s)
    assert 0 <= due_s[0] < due_s[-1] < 300
    assert slow == pytest.approx(4000, abs=5 * 4000**0.5)
    assert len(due_s) - slow == pytest.approx(10_000, abs=5 * 10_000**0.5)


def test_the_gaps_between_arrivals_are_exponential() -> None:
    due_s = [at_s for at_s in poisson_arrivals(TIMELINE, random.Random(1)) if at_s >= 200]
    gaps_s = [later - earlier for earlier, later in pairwise(due_s)]
    assert stats.kstest(gaps_s, stats.expon(scale=0.01).cdf).pvalue > 0.01


def test_cutting_a_stage_in_two_changes_no_arrival() -> None:
    """What is left of a gap at a border goes on behind it."""
    halves = [{"name": str(half), "rate": "5/s", "for": "2s"} for half in range(50)]
    whole = [{"name": "whole", "rate": "5/s", "for": "100s"}]
    of_halves, of_whole = (
        list(
            poisson_arrivals(
                timeline_of(make_scenario(stages=stages, load=OPEN_LOAD | {"warmup": "0s"})), random.Random(3)
            )
        )
        for stages in (halves, whole)
    )
    assert of_halves == pytest.approx(of_whole)


def test_the_same_seed_gives_the_same_arrivals() -> None:
    def first(seed: int) -> float:
        return next(poisson_arrivals(TIMELINE, random.Random(seed)))

    assert first(1) == first(1) != first(2)


def test_uniform_arrivals_come_at_even_intervals_of_their_stage() -> None:
    stages = [{"name": "slow", "rate": "2/s", "for": "6s"}, {"name": "fast", "rate": "4/s", "for": "6s"}]
    load = OPEN_LOAD | {"warmup": "0s", "arrivals": "uniform"}
    scenario = make_scenario(stages=stages, load=load)
    due_s = list(open_arrivals(scenario, timeline_of(scenario)))
    assert due_s[:11] == pytest.approx([number / 2 for number in range(1, 12)])
    assert due_s[11:] == pytest.approx([6 + number / 4 for number in range(24)])


def paced_user(each: str, number: int = 0) -> PacedUser:
    stages = [{"users": 1, "each": each, "for": "30s"}]
    return PacedUser(timeline_of(make_scenario(stages=stages, load=CLOSED_LOAD)), number, seed=7)


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("began_s", [0.0, 0.7, 1.9])
@pytest.mark.parametrize("window_s", [(5, 30), (7.5, 20.5)])
def test_a_user_who_is_answered_in_time_asks_exactly_at_its_rate(
    number: int, began_s: float, window_s: tuple[float, float]
) -> None:
    user = paced_user("2/s", number)
    now_s, due_s = began_s, []
    while now_s < 31:
        due_s.append(user.next_due_s(now_s))
        now_s = due_s[-1] + 0.1
    begins_s, ends_s = window_s
    assert sum(begins_s <= at_s < ends_s for at_s in due_s) == 2 * (ends_s - begins_s)


def test_a_user_who_is_answered_late_asks_at_once_and_loses_what_it_would_have_asked() -> None:
    user = paced_user("1/s")
    assert user.next_due_s(0.0) == user.phase
    assert user.next_due_s(3.7) == 3.7
    assert user.next_due_s(3.8) == 4.7


def test_a_user_asks_at_the_same_moments_whenever_it_was_started() -> None:
    """So that a run can be repeated, and split among processes that start their users at slightly other times."""
    first, second = paced_user("1/s", 3), paced_user("1/s", 3)
    assert first.next_due_s(0.0) == first.phase
    assert second.next_due_s(1.5) in (1 + first.phase, 2 + first.phase)


def test_users_do_not_march_in_step() -> None:
    phases = [paced_user("1/s", number).phase for number in range(100)]
    assert len(set(phases)) == 100
    assert all(0 <= phase < 1 for phase in phases)
    assert sum(phases) == pytest.approx(50, abs=10)
