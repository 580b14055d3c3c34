"""What came of a load step is read off arrays: the first new pod, the way back, what was lost, and the shares."""

import pytest

from load_tests.cluster.effects import Traffic, UntilBack, effects_of, shares_of, way_back
from load_tests.cluster.report import ClusterReport
from load_tests.cluster.reporting import cluster_report_of
from load_tests.specification.load_step import LoadStep
from load_tests.specification.objectives import LatencyObjective
from tests.load_tests.made_cluster import ENDS_S, NEW, OLD, READY_S, STEP_S, record_of

STEP = LoadStep("step", STEP_S, float(ENDS_S), LatencyObjective(95, 0.1))
BEGAN_AT = 1_767_323_045.0
RATE_RPS = 40


def cluster() -> ClusterReport:
    return cluster_report_of(record_of(BEGAN_AT), BEGAN_AT, ENDS_S)


def traffic(
    bad: dict[int, int] | None = None,
    failed: dict[int, int] | None = None,
    late: dict[int, int] | None = None,
    weight: int = 10,
) -> Traffic:
    """40 requests a second; from 75 s each new pod answers `weight` of them, and the old one the rest."""
    seconds = range(ENDS_S)
    new = [weight if second >= READY_S + 10 else 0 for second in seconds]
    return Traffic(
        step_s=1,
        begins_s=seconds,
        due=[RATE_RPS] * ENDS_S,
        bad=[(bad or {}).get(second, 0) for second in seconds],
        late=[(late or {}).get(second, 0) for second in seconds],
        failed=[(failed or {}).get(second, 0) for second in seconds],
        served={OLD: [RATE_RPS - len(NEW) * count for count in new], **dict.fromkeys(NEW, new)},
    )


def test_the_first_new_pod_counts_from_the_step() -> None:
    effects = effects_of(STEP, cluster(), traffic())
    assert effects.first_new_pod_s == READY_S - STEP_S
    assert effects.most_ready == 4


def test_a_pod_that_took_the_place_of_another_is_no_growth() -> None:
    report = cluster()
    old, new, *_ = report.pods
    swapped = report.model_copy(update={"pods": (old.model_copy(update={"ending_s": READY_S - 1}), new)})
    assert effects_of(STEP, swapped, traffic()).first_new_pod_s is None


def test_pods_that_were_gone_before_the_step_do_not_count() -> None:
    report = cluster()
    many = tuple(9 if at_s < STEP_S else count for at_s, count in zip(report.at_s, report.ready, strict=True))
    assert effects_of(STEP, report.model_copy(update={"ready": many}), traffic()).most_ready == 4


def test_what_was_lost_before_the_step_was_lost_as_well() -> None:
    assert effects_of(STEP, cluster(), traffic(failed={3: 2, 60: 5})).lost == 7


def test_a_service_that_never_left_its_slo_is_back_at_once() -> None:
    assert way_back(STEP, traffic()) == (False, 0.0)


@pytest.mark.parametrize(
    "step", [LoadStep("step", STEP_S, STEP_S + 29.0, STEP.objective), LoadStep("step", STEP_S, float(ENDS_S), None)]
)
def test_what_cannot_be_seen_is_not_said(step: LoadStep) -> None:
    """A spike of ten seconds, in which every request was refused, once passed for one that did no harm."""
    assert way_back(step, traffic(bad=dict.fromkeys(range(ENDS_S), RATE_RPS))) == (None, None)


def test_it_is_back_when_thirty_seconds_together_are_inside() -> None:
    """All bad from 40 s to 70 s: of 30 s from 69 s on one is bad, which is 3 %, of 68 s on two, more than 5 %."""
    assert way_back(STEP, traffic(bad=dict.fromkeys(range(40, 70), RATE_RPS))) == (True, 29.0)


def test_a_good_beginning_is_not_the_way_back() -> None:
    assert way_back(STEP, traffic(bad=dict.fromkeys(range(100, 130), RATE_RPS)))[1] == 89.0


def test_who_leaves_again_has_not_been_back() -> None:
    twice = dict.fromkeys([*range(40, 50), *range(150, 160)], RATE_RPS)
    assert way_back(STEP, traffic(bad=twice)) == (True, 119.0)


def test_what_is_bad_to_the_end_never_comes_back() -> None:
    assert way_back(STEP, traffic(bad=dict.fromkeys(range(45, ENDS_S), 4))) == (True, None)


def test_what_comes_back_only_when_there_is_less_to_do_never_came_back() -> None:
    short = LoadStep("step", STEP_S, 200.0, STEP.objective)
    assert way_back(short, traffic(bad=dict.fromkeys(range(45, 200), RATE_RPS))) == (True, None)


def test_what_was_late_until_it_was_back_is_counted_beside_what_failed() -> None:
    """All bad from 40 s to 70 s, the way back ends at 69 s; what failed before the step or after it is not of it."""
    outside = dict.fromkeys(range(40, 70), RATE_RPS)
    failed, late = {3: 2, 50: 7, 68: 1, 69: 3}, {39: 4, 40: 30, 69: 5}
    found = effects_of(STEP, cluster(), traffic(bad=outside, failed=failed, late=late)).until_back
    assert found == UntilBack(due=29 * RATE_RPS, failed=8, late=30)


def test_what_never_came_back_is_counted_until_the_load_goes_down() -> None:
    short = LoadStep("step", STEP_S, 200.0, STEP.objective)
    bad = dict.fromkeys(range(45, ENDS_S), RATE_RPS)
    found = effects_of(short, cluster(), traffic(bad=bad, failed=bad)).until_back
    assert found == UntilBack(due=160 * RATE_RPS, failed=155 * RATE_RPS, late=0)


def test_who_never_left_its_slo_was_never_on_the_way_back() -> None:
    assert effects_of(STEP, cluster(), traffic()).until_back is None


def test_equal_shares_are_fair() -> None:
    shares = shares_of(cluster(), traffic())
    assert [share.name for share in shares] == list(NEW)
    assert {share.ratio for share in shares} == {1.0}
    assert {share.from_s for share in shares} == {READY_S + 60}


@pytest.mark.parametrize(("weight", "ratio"), [(5, 0.5), (12, 1.2), (0, 0.0)])
def test_a_share_is_measured_by_an_equal_part_of_all_answers(weight: int, ratio: float) -> None:
    assert {share.ratio for share in shares_of(cluster(), traffic(weight=weight))} == {ratio}


def test_a_share_is_fair_among_the_pods_that_are_there_at_the_moment() -> None:
    report = cluster()
    old, *new = report.pods
    gone = report.model_copy(update={"pods": (old.model_copy(update={"ending_s": READY_S + 60}), *new)})
    assert {share.ratio for share in shares_of(gone, traffic())} == {0.75}, "10 of 40, where there are three"


def test_a_pod_that_was_there_before_is_no_new_one() -> None:
    assert OLD not in {share.name for share in shares_of(cluster(), traffic())}


def test_shares_of_a_short_time_are_left_to_chance() -> None:
    report = cluster()
    ending = tuple(pod.model_copy(update={"ending_s": READY_S + 100}) for pod in report.pods)
    assert shares_of(report.model_copy(update={"pods": ending}), traffic()) == []
