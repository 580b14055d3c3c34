"""What a HorizontalPodAutoscaler decides: each fact is one of Kubernetes' horizontal.go, or of its API's documents."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load_tests.planning.autoscaler import Decision, Noted, Past, decide, limited, stabilised
from load_tests.planning.sizes import Autoscaling
from load_tests.planning.utilisation import Look
from tests.load_tests.planning.looks import HALF, MISSING, NOW_S, SIZE, look, using

CAREFUL = replace(HALF, stabilise_down_s=120, most_down_share=0.5, most_down_every_s=60)
"""As in kubernetes/components/autoscaler."""
AT_ONCE = replace(HALF, stabilise_down_s=0)
LOADS_PERCENT = st.lists(st.floats(0, 1000), min_size=1, max_size=30)


def followed(loads_percent: Sequence[float], autoscaling: Autoscaling, current: int) -> list[int]:
    """Replicas after each look, 15 s apart, at loads in per cent of what one pod requests; pods are there at once."""
    past, wanted = Past(), [current]
    for number, load_percent in enumerate(loads_percent):
        at_s = NOW_S + number * 15
        pods = [using(load_percent / wanted[-1])] * wanted[-1]
        decision = decide(Look(at_s, pods, wanted[-1]), SIZE, autoscaling, past)
        wanted.append(decision.wanted)
        past = decision.past
    return wanted


def grown(current: int, autoscaling: Autoscaling, looks: int) -> list[int]:
    """Replicas at each look if no number of them were enough."""
    return followed([1e6] * looks, autoscaling, current)


def test_growth_is_by_four_pods_or_to_twice_as_many_in_fifteen_seconds() -> None:
    assert grown(1, HALF, 4) == [1, 5, 10, 20, 40]
    assert grown(3, HALF, 2) == [3, 7, 14]
    assert grown(4, HALF, 1) == grown(4, replace(HALF, most_up_pods=0), 1) == [4, 8]


@pytest.mark.parametrize(
    ("share", "pods", "numbers"), [(0.1, 0, [1, 2, 3, 4]), (0, 2, [1, 3, 5, 7]), (3, 1, [1, 4, 16, 64])]
)
def test_growth_by_a_share_is_rounded_up(share: float, pods: int, numbers: list[int]) -> None:
    assert grown(1, replace(HALF, most_up_share=share, most_up_pods=pods), 3) == numbers


def test_one_saturated_pod_asks_for_four_though_five_were_allowed() -> None:
    """A pod at its limit of twice its request shows 200 %: four times the target of 50 %."""
    assert decide(look(using(200)), SIZE, HALF, Past()).wanted == 4


@pytest.mark.parametrize(("ago_s", "most"), [(0, 5), (14, 5), (15, 9)])
def test_growth_counts_from_how_many_there_were_fifteen_seconds_ago(ago_s: float, most: int) -> None:
    past = Past(changes=(Noted(NOW_S - ago_s, 4),))
    assert limited(100, 5, replace(HALF, most_up_share=0), past, NOW_S) == most


def test_what_was_taken_away_in_the_period_may_be_given_back() -> None:
    past = Past(changes=(Noted(NOW_S - 10, -4),))
    assert limited(100, 6, HALF, past, NOW_S) == 20
    assert limited(100, 6, HALF, Past(), NOW_S) == 12


def test_a_limit_that_is_used_up_takes_nothing_away() -> None:
    past = Past(changes=(Noted(NOW_S - 1, 10),))
    assert limited(12, 11, HALF, past, NOW_S) == 11


@pytest.mark.parametrize(("current", "left"), [(10, 5), (9, 4), (3, 1), (1, 1)])
def test_a_share_taken_away_leaves_the_rest_rounded_down(current: int, left: int) -> None:
    assert limited(0, current, CAREFUL, Past(), NOW_S) == left


@pytest.mark.parametrize(("ago_s", "left"), [(0, 5), (59, 5), (60, 2)])
def test_half_of_the_pods_goes_at_most_once_a_minute(ago_s: float, left: int) -> None:
    past = Past(changes=(Noted(NOW_S - ago_s, -5),))
    assert limited(0, 5, CAREFUL, past, NOW_S) == left


def test_a_limit_down_that_is_used_up_adds_nothing() -> None:
    assert limited(0, 5, CAREFUL, Past(changes=(Noted(NOW_S - 1, -10),)), NOW_S) == 5


def test_changes_are_remembered_for_the_longest_period_of_a_policy() -> None:
    changes = (Noted(NOW_S - 60, -1), Noted(NOW_S - 50, -4), Noted(NOW_S - 20, 1))
    assert decide(look(*[using(50)] * 4), SIZE, CAREFUL, Past(changes=changes)).past.changes == changes[1:]


def test_without_a_policy_all_but_the_least_may_go_at_once() -> None:
    assert limited(0, 50, replace(HALF, least=3), Past(), NOW_S) == 3


@pytest.mark.parametrize(("ago_s", "replicas"), [(0, 8), (119, 8), (120, 2), (300, 2)])
def test_fewer_only_if_nothing_in_the_window_asked_for_more(ago_s: float, replicas: int) -> None:
    past = Past(recommendations=(Noted(NOW_S - ago_s, 8),))
    assert stabilised(2, 10, CAREFUL, past, NOW_S) == replicas


def test_what_was_asked_for_and_never_given_keeps_what_there_is() -> None:
    assert stabilised(2, 10, CAREFUL, Past(recommendations=(Noted(NOW_S, 50),)), NOW_S) == 10


def test_more_at_once_whatever_was_asked_for_before() -> None:
    assert stabilised(9, 2, CAREFUL, Past(recommendations=(Noted(NOW_S - 1, 1),)), NOW_S) == 9


def test_an_autoscaler_begins_with_what_there_is_as_if_asked_for() -> None:
    """`recordInitialRecommendation`: a controller that was started anew takes nothing away for a window."""
    first = decide(look(*[using(1)] * 8), SIZE, CAREFUL, Past())
    assert first.wanted == 8
    assert [noted.replicas for noted in first.past.recommendations] == [8, 1]


def test_a_load_that_fell_keeps_its_pods_for_the_window_and_then_loses_half_of_them_a_minute() -> None:
    wanted = followed([400] * 2 + [10] * 20, CAREFUL, 8)
    assert wanted == [8] * 10 + [4] * 4 + [2] * 4 + [1] * 5


def test_a_load_that_falls_for_less_than_the_window_changes_nothing() -> None:
    assert set(followed([400, *[10] * 7, 400, *[10] * 7, 400], CAREFUL, 8)) == {8}


@pytest.mark.parametrize(("current", "wanted"), [(1, 3), (2, 3), (7, 6), (50, 6)])
def test_what_lies_outside_the_bounds_is_brought_inside_at_once(current: int, wanted: int) -> None:
    """Without a look at the pods, at windows or at policies: `reconcileAutoscaler`."""
    bounded = replace(CAREFUL, least=3, most=6)
    assert decide(look(*[MISSING] * current), SIZE, bounded, Past()).wanted == wanted


def test_a_look_that_finds_no_metrics_changes_and_notes_nothing() -> None:
    past = Past((Noted(NOW_S - 15, 2),), (Noted(NOW_S - 15, 1),))
    assert decide(look(MISSING, MISSING), SIZE, AT_ONCE, past) == Decision(2, past)


def test_the_least_and_the_most_bound_what_utilisation_asks_for() -> None:
    bounded = replace(AT_ONCE, least=2, most=6)
    assert followed([1000, 1000, 0, 0], bounded, 4) == [4, 6, 6, 2, 2]


@given(
    LOADS_PERCENT, st.integers(1, 10), st.integers(0, 10), st.integers(1, 30), st.sampled_from([HALF, CAREFUL, AT_ONCE])
)
def test_wanted_replicas_are_never_outside_the_bounds(
    loads_percent: list[float], least: int, more: int, current: int, kind: Autoscaling
) -> None:
    bounded = replace(kind, least=least, most=least + more)
    assert all(least <= wanted <= least + more for wanted in followed(loads_percent, bounded, current)[1:])


@given(LOADS_PERCENT, st.integers(1, 30), st.sampled_from([HALF, CAREFUL, AT_ONCE]))
def test_no_step_is_larger_than_the_policies_allow(loads_percent: list[float], current: int, kind: Autoscaling) -> None:
    for before, after in pairwise(followed(loads_percent, kind, current)):
        assert after <= max(before * 2, before + 4)
        assert after >= int(before * (1 - kind.most_down_share))


@given(LOADS_PERCENT, st.floats(0, 1000), st.floats(0, 1000), st.integers(1, 30), st.sampled_from([CAREFUL, AT_ONCE]))
def test_after_the_same_past_more_load_never_gives_fewer_replicas(
    loads_percent: list[float], one_percent: float, other_percent: float, current: int, kind: Autoscaling
) -> None:
    lighter, heavier = sorted((one_percent, other_percent))
    assert (
        followed([*loads_percent, lighter], kind, current)[-1] <= followed([*loads_percent, heavier], kind, current)[-1]
    )
