"""How many replicas a HorizontalPodAutoscaler asks for: each fact is one of Kubernetes' replica_calculator.go."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load_tests.planning.sizes import PodSize
from load_tests.planning.utilisation import SeenPod, Usage, millicores, recommended
from tests.load_tests.planning.looks import HALF, LONG_AGO_S, MISSING, NOW_S, PENDING, SIZE, STARTING, look, using

PERCENT = st.floats(0, 500)
POD = st.one_of(PERCENT.map(using), st.sampled_from([MISSING, PENDING, STARTING]))


def asked(*pods: SeenPod, current: int | None = None) -> int | None:
    return recommended(look(*pods, current=current), SIZE, HALF)


@pytest.mark.parametrize(
    ("percent", "pods", "replicas"),
    [(100, 1, 2), (101, 1, 3), (358 / 2, 1, 4), (60, 4, 5), (63, 4, 6), (25, 4, 2), (26, 4, 3), (0, 4, 0), (40, 6, 5)],
)
def test_the_pods_times_the_ratio_rounded_up(percent: float, pods: int, replicas: int) -> None:
    assert asked(*[using(percent)] * pods) == replicas


@pytest.mark.parametrize(("percent", "replicas"), [(44, 9), (45, 10), (50, 10), (55, 10), (56, 12)])
def test_within_a_tenth_of_the_target_nothing_changes(percent: float, replicas: int) -> None:
    assert asked(*[using(percent)] * 10) == replicas


@pytest.mark.parametrize(("percent", "replicas"), [(55.9, 10), (56.0, 12)])
def test_utilisation_is_cut_to_whole_per_cent(percent: float, replicas: int) -> None:
    """`currentUtilization := int32((metricsTotal * 100) / requestsTotal)`: of a request large enough to tell."""
    large = PodSize(requested_cores=10)
    pod = SeenPod(LONG_AGO_S, True, LONG_AGO_S, Usage(percent / 10, NOW_S, 15))
    assert recommended(look(*[pod] * 10), large, HALF) == replicas


@pytest.mark.parametrize(("cores", "whole"), [(0.25, 250), (0.2501, 251), (0.1 + 0.2, 300), (0.0, 0), (1e-5, 1)])
def test_cpu_is_rounded_up_to_whole_millicores(cores: float, whole: int) -> None:
    """`Quantity.MilliValue` returns ceil(q × 1000); what a float adds to 0.3 is no millicore."""
    assert millicores(cores) == whole


def test_it_is_the_utilisation_of_all_pods_together() -> None:
    assert asked(using(100), using(0)) == 2
    assert asked(using(120), using(0)) == 3


def test_without_any_metrics_nothing_is_asked_for() -> None:
    assert asked(MISSING, PENDING, STARTING) is None


@pytest.mark.parametrize(("percent", "replicas"), [(110, 2), (150, 3), (160, 4), (400, 8)])
@pytest.mark.parametrize("newcomer", [MISSING, PENDING, STARTING], ids=["missing", "pending", "starting"])
def test_when_more_are_asked_for_newcomers_count_as_idle(newcomer: SeenPod, percent: float, replicas: int) -> None:
    """What the one uses is what two use together, and 110 % are within a tenth of what both are to use."""
    assert asked(using(percent), newcomer) == replicas


@pytest.mark.parametrize("newcomer", [MISSING, PENDING, STARTING], ids=["missing", "pending", "starting"])
def test_newcomers_that_will_do_prevent_more(newcomer: SeenPod) -> None:
    """Three pods are on their way to one that is over its target by 166 %: with them it would be below it."""
    assert asked(using(133), *[newcomer] * 3) == 4


def test_when_fewer_are_asked_for_pods_without_metrics_count_as_fully_used() -> None:
    assert asked(*[using(10)] * 9, MISSING) == 4
    assert asked(*[using(10)] * 10) == 2


def test_when_fewer_are_asked_for_and_the_target_is_above_the_request_they_count_as_at_the_target() -> None:
    """`fallbackUtilization := max(100, targetUtilization)`."""
    busy = replace(HALF, target=2.0)
    assert recommended(look(*[using(20)] * 9, MISSING), SIZE, busy) == 2
    assert recommended(look(*[using(20)] * 9, using(200)), SIZE, busy) == 2
    assert recommended(look(*[using(20)] * 8, MISSING, MISSING), SIZE, busy) == 3


def test_when_fewer_are_asked_for_pods_without_metrics_never_make_it_more() -> None:
    assert asked(using(40), MISSING, MISSING) == 3


def test_when_fewer_are_asked_for_starting_pods_do_not_count_at_all() -> None:
    assert asked(using(25), using(25), STARTING) == 1
    assert asked(using(46), using(46), STARTING) == 3


@pytest.mark.parametrize("others", [(), (STARTING,)], ids=["alone", "beside a starting pod"])
def test_pods_that_are_still_there_count_though_fewer_are_to_be(others: tuple[SeenPod, ...]) -> None:
    """`math.Ceil(usageRatio * float64(readyPodCount))`, whatever `currentReplicas` is."""
    assert asked(*[using(42)] * 6, *others, current=4) == 6


def test_by_what_is_supposed_of_pods_without_metrics_it_never_turns_the_other_way() -> None:
    """More pods there than are to be, below the target; fewer than are to be, above it."""
    assert asked(*[using(30)] * 5, MISSING, current=4) == 4
    assert asked(*[using(30)] * 5, MISSING, current=6) == 5
    assert asked(using(120), MISSING, current=5) == 5
    assert asked(using(120), MISSING, current=2) == 3


@pytest.mark.parametrize(
    ("ready_for_s", "counts"), [(0, False), (14, False), (15, True), (16, True)], ids=["0 s", "14 s", "15 s", "16 s"]
)
def test_in_its_first_minutes_a_pod_counts_once_it_was_ready_for_a_whole_window(
    ready_for_s: float, counts: bool
) -> None:
    pod = replace(using(100), started_s=NOW_S - 30, changed_s=NOW_S - ready_for_s)
    assert pod.unready(NOW_S) is not counts


@pytest.mark.parametrize(("age_s", "counts"), [(299, False), (300, True), (301, True)])
def test_after_five_minutes_a_pod_counts_even_if_it_just_became_ready(age_s: float, counts: bool) -> None:
    pod = replace(using(100), started_s=NOW_S - age_s, changed_s=NOW_S - 1)
    assert pod.unready(NOW_S) is not counts


@pytest.mark.parametrize(("unready_from_s", "counts"), [(0, False), (29, False), (30, True), (200, True)])
def test_after_five_minutes_an_unready_pod_counts_if_it_has_been_ready(unready_from_s: float, counts: bool) -> None:
    """What is unready since its first 30 s was never ready; what became so later was."""
    pod = replace(using(100), ready=False, changed_s=LONG_AGO_S + unready_from_s)
    assert pod.unready(NOW_S) is not counts


@given(st.lists(POD, min_size=1, max_size=8), st.integers(0, 7), st.floats(0, 500))
def test_more_load_never_asks_for_fewer(pods: list[SeenPod], which: int, more_percent: float) -> None:
    pod = pods[which % len(pods)]
    if pod.usage is None:
        return
    heavier = replace(pod, usage=replace(pod.usage, used_cores=pod.usage.used_cores + more_percent / 1000))
    before = asked(*pods)
    after = asked(*(heavier if one is pod else one for one in pods))
    assert before is None or after is None or after >= before
    assert (before is None) == (after is None)


@given(st.lists(PERCENT.map(using), min_size=1, max_size=20))
def test_what_is_asked_for_brings_the_pods_to_their_target(pods: list[SeenPod]) -> None:
    wanted = asked(*pods)
    used = sum(millicores(pod.usage.used_cores) for pod in pods if pod.usage)
    assert wanted is not None
    assert wanted == len(pods) or used / 50 - 0.02 * len(pods) <= wanted < used / 50 + 1
