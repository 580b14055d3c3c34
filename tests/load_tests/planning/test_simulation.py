"""A service behind an autoscaler, simulated: what is lost until help comes, and what it costs."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from load_tests.planning.chance import chances_of, grid, over_phases
from load_tests.planning.course import Course
from load_tests.planning.offered import Rate
from load_tests.planning.simulation import simulate
from load_tests.planning.situation import Phases, Situation
from load_tests.planning.sizes import Autoscaling, PodSize, Replica

HEAVY = Replica(kept_rps=15, cpu_s_per_request=0.02)
"""At a limit of half a core, a pod answers 25 requests a second of it."""
SIZE = PodSize(requested_cores=0.25, limit_cores=0.5)
HALF = Autoscaling(least=1, most=10, target=0.5)
STEP_S = 60.0
SOON = Phases(controller=0.5, metrics_server=0.4, kubelet=0.5)
PHASES = st.builds(Phases, *[st.floats(0, 0.99)] * 3)


def stepping(low_rps: float, high_rps: float, ends_s: float = 180.0, **changes: Any) -> Situation:
    """A load that steps from one rate to another at 60 s."""
    rates = (Rate(0, low_rps), Rate(STEP_S, high_rps))
    situation = Situation(rates, ends_s, STEP_S, HEAVY, SIZE, HALF, waits_s=0)
    return replace(situation, **changes)


def fixed(replicas: int) -> Autoscaling:
    """No autoscaler: as many replicas as are said."""
    return replace(HALF, least=replicas, most=replicas)


def test_what_is_beyond_what_pods_answer_is_lost() -> None:
    course = simulate(stepping(4, 28, autoscaling=fixed(1)), SOON)
    assert course.lost == pytest.approx(3 * 120)
    assert course.lost_until_s is None
    assert course.first_new_replica_s is None


def test_a_queue_takes_what_comes_at_first_and_is_full_then() -> None:
    """0.4 s of 25/s are 10 requests."""
    course = simulate(stepping(4, 28, autoscaling=fixed(1), waits_s=0.4), SOON)
    assert course.lost == pytest.approx(3 * 120 - 10)


def test_a_queue_evens_out_what_comes_by_chance() -> None:
    uneven = tuple(Rate(second, 30 if second % 2 else 20) for second in range(120))
    assert simulate(stepping(0, 0, offered=uneven, ends_s=120, autoscaling=fixed(1), waits_s=0.4), SOON).lost == 0
    assert simulate(stepping(0, 0, offered=uneven, ends_s=120, autoscaling=fixed(1)), SOON).lost == pytest.approx(300)


def test_without_a_limit_nothing_is_lost() -> None:
    assert simulate(stepping(4, 4000, size=PodSize(0.25), autoscaling=fixed(1), waits_s=0.4), SOON).lost == 0


def test_help_comes_when_metrics_controller_and_pod_are_through() -> None:
    """The kubelet measures at 65 s, the metrics server looks at 66, the controller at 67.5, and a pod takes 3 s."""
    course = simulate(stepping(4, 28), Phases(controller=0.5, metrics_server=0.4, kubelet=0.5))
    assert course.first_new_replica_s == 10.5
    assert course.lost_until_s == 10.5
    assert course.lost == pytest.approx(3 * 10.5)


def test_a_look_of_the_metrics_server_at_what_was_measured_too_early_is_for_nothing() -> None:
    course = simulate(stepping(4, 28), Phases(controller=0.5, metrics_server=0.3, kubelet=0.5))
    assert course.first_new_replica_s == 25.5


def test_a_look_of_the_metrics_server_before_the_kubelet_has_measured_is_for_nothing() -> None:
    course = simulate(stepping(4, 28), Phases(controller=0.5, metrics_server=0.4, kubelet=0.7))
    assert course.first_new_replica_s == 25.5


def test_what_came_before_the_rise_is_lost_but_no_answer_to_it() -> None:
    course = simulate(stepping(4, 28, rises_s=150), SOON)
    assert course.final_replicas == 5
    assert course.lost > 0
    assert course.first_new_replica_s is None
    assert course.lost_until_s == 0


@pytest.mark.parametrize(("idle_cores", "replicas"), [(0.13, 1), (0.1375, 1), (0.14, 10)])
def test_pods_that_use_more_than_the_target_without_any_load_never_become_enough(
    idle_cores: float, replicas: int
) -> None:
    course = simulate(stepping(0, 0, ends_s=400, replica=replace(HEAVY, idle_cores=idle_cores)), SOON)
    assert course.final_replicas == replicas


def test_a_metrics_server_that_looks_once_a_minute_lets_more_be_lost() -> None:
    quick, slow = (
        over_phases(stepping(4, 28, autoscaling=replace(HALF, metrics_every_s=every_s)), 3) for every_s in (15, 60)
    )
    assert quick.first_new_replica_s.most is not None
    assert slow.first_new_replica_s.most is not None
    assert quick.first_new_replica_s.most <= 10 + 15 + 15 + 3 + 5
    assert slow.first_new_replica_s.most > quick.first_new_replica_s.most + 30
    assert (slow.lost.median or 0) > (quick.lost.median or 0)


@pytest.mark.parametrize(
    ("high_rps", "fewest", "most"),
    [(6.25, 1, 1), (6.87, 1, 1), (7, 2, 2), (20, 3, 4), (28, 5, 5), (60, 9, 10), (500, 10, 10)],
)
def test_it_ends_with_replicas_whose_utilisation_is_the_target_or_up_to_a_tenth_above(
    high_rps: float, fewest: int, most: int
) -> None:
    ends = over_phases(stepping(4, high_rps, ends_s=400), 2).final_replicas
    assert ends.least is not None
    assert ends.most is not None
    assert fewest <= ends.least <= ends.most <= most


def test_chance_decides_whether_an_autoscaler_stops_within_its_tolerance_or_at_its_target() -> None:
    """20/s are the work of four. Where three are there first, 53 % of their request are near enough to 50 %."""
    ends = over_phases(stepping(4, 20, ends_s=400), 3).final_replicas
    assert (ends.least, ends.most) == (3, 4)


def test_a_load_that_falls_gives_its_replicas_back_after_the_window() -> None:
    """The window begins at the last look that saw the load: up to 15 s before it fell, and as late as metrics are."""
    quick = replace(HALF, stabilise_down_s=120, most_down_share=0.5, most_down_every_s=60)
    course = simulate(stepping(28, 4, ends_s=600, replicas=5, autoscaling=quick), SOON)
    kept_s = next(at_s for at_s, wanted in zip(course.at_s, course.wanted, strict=True) if wanted < 5)
    assert 120 - 15 < kept_s - STEP_S < 120 + 15 + 15 + 10
    assert course.final_replicas == 1
    assert course.lost == 0


def test_replicas_cost_from_when_they_are_created() -> None:
    course = simulate(stepping(4, 4, ends_s=100, autoscaling=fixed(3)), SOON)
    assert course.replica_s == 300


def test_replicas_cost_before_they_are_ready() -> None:
    course = simulate(stepping(4, 28, autoscaling=replace(HALF, start_s=1000)), SOON)
    assert set(course.ready) == {1}
    assert course.replica_s > 180 + 3 * 100


def test_a_new_pod_that_gets_no_connections_yet_is_no_help_yet() -> None:
    at_once, late = (simulate(stepping(4, 48, share_after_s=age_s), SOON) for age_s in (0, 20))
    assert at_once.first_new_replica_s == late.first_new_replica_s
    assert late.lost > at_once.lost
    assert (late.lost_until_s or 0) > (at_once.lost_until_s or 0)


@pytest.mark.parametrize("step_s", [0.1, 0.25, 1.0])
def test_the_length_of_a_step_decides_nothing(step_s: float) -> None:
    usual = simulate(stepping(4, 28), SOON)
    other = simulate(stepping(4, 28, step_s=step_s), SOON)
    assert other.lost == pytest.approx(usual.lost, abs=3)
    assert other.final_replicas == usual.final_replicas


@settings(max_examples=20)
@given(st.floats(0, 50), st.floats(0, 50), st.integers(1, 4), PHASES)
def test_nothing_is_lost_while_the_least_replicas_suffice(
    low_rps: float, high_rps: float, least: int, phases: Phases
) -> None:
    enough = replace(HALF, least=least)
    highest_rps = 25 * least * 0.999
    situation = stepping(min(low_rps, highest_rps), min(high_rps, highest_rps), autoscaling=enough)
    course = simulate(situation, phases)
    assert course.lost == 0
    assert course.lost_until_s == 0


@settings(max_examples=20)
@given(st.floats(0, 300), st.floats(0, 300), st.integers(1, 3), st.integers(0, 9), PHASES)
def test_replicas_stay_within_their_bounds_and_no_request_is_lost_twice(
    low_rps: float, high_rps: float, least: int, more: int, phases: Phases
) -> None:
    bounded = replace(HALF, least=least, most=least + more)
    course = simulate(stepping(low_rps, high_rps, autoscaling=bounded), phases)
    assert least <= min(course.ready) <= max(course.wanted) <= least + more
    assert all(ready <= wanted for ready, wanted in zip(course.ready, course.wanted, strict=True))
    assert 0 <= course.lost <= 60 * low_rps + 120 * high_rps


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"step_s": 0}, "0 s"),
        ({"step_s": 2}, "2 s"),
        ({"rises_s": 180}, "180 s"),
        ({"offered": ()}, "beginning"),
        ({"offered": (Rate(1, 5),)}, "beginning"),
        ({"share_after_s": float("inf")}, "inf"),
        ({"autoscaling": replace(HALF, least=3, most=2)}, "3 to 2"),
        ({"autoscaling": replace(HALF, least=0)}, "0 to 10"),
    ],
)
def test_a_situation_that_cannot_be_is_refused(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        stepping(4, 28, **changes)


def course(lost: float, first_s: float | None) -> Course:
    return Course((0.0,), (1,), (1,), lost, 1.0, first_s, 0.0)


def test_never_is_more_than_any_time() -> None:
    chances = chances_of([course(3, None), course(1, 5.0), course(2, 9.0)])
    assert chances.first_new_replica_s.least == 5
    assert chances.first_new_replica_s.median == 9
    assert chances.first_new_replica_s.most is None
    assert chances.typical.lost == 2


@pytest.mark.parametrize(("figure", "inside"), [(4.9, False), (5, True), (7, True), (9, True), (9.1, False)])
def test_a_figure_lies_between_the_least_and_the_most(figure: float, inside: bool) -> None:
    spread = chances_of([course(0, 5.0), course(0, 9.0)]).first_new_replica_s
    assert spread.holds(figure) is inside


def test_the_median_of_two_is_one_that_came_about() -> None:
    assert chances_of([course(0, 9.0), course(0, 5.0)]).first_new_replica_s.median == 5


def test_a_grid_has_every_combination_once_and_none_at_the_end_of_an_interval() -> None:
    phases = grid(3)
    assert len(set(phases)) == 27
    assert {one.kubelet for one in phases} == {one.controller for one in phases} == {1 / 6, 0.5, 5 / 6}
    with pytest.raises(ValueError, match="0 looks"):
        grid(0)
