"""What is demanded of a cluster is judged by what came of the load step, and what was not seen proves nothing."""

from typing import Any

import pytest

from load_tests.cluster.effects import Effects
from load_tests.cluster.judging import judge_scaling, said_back
from load_tests.judging.judgement import Verdict
from load_tests.specification.scaling import Scaling

SEEN = Effects(step_s=70.0, most_ready=4, first_new_pod_s=20.0, left_slo=True, back_s=25.0, lost=3, shares=())


def verdict_on(demand: dict[str, str], blind_s: float = 0.0, **seen: Any) -> Verdict:
    scaling = Scaling.model_validate(demand)
    [judged] = judge_scaling(scaling, SEEN.model_copy(update=seen), blind_s)
    return judged.verdict


@pytest.mark.parametrize(
    ("demand", "kept", "broken"),
    [
        ({"ready": "4 pods"}, {"most_ready": 4}, {"most_ready": 3}),
        ({"first_new_pod": "20s"}, {"first_new_pod_s": 20.0}, {"first_new_pod_s": 20.1}),
        ({"first_new_pod": "20s"}, {"first_new_pod_s": 0.5}, {"first_new_pod_s": None}),
        ({"recovery": "25s"}, {"back_s": 25.0}, {"back_s": 25.1}),
        ({"recovery": "25s"}, {"left_slo": False, "back_s": 0.0}, {"back_s": None}),
        ({"lost": "3 requests"}, {"lost": 3}, {"lost": 4}),
    ],
)
def test_a_demand_is_kept_up_to_what_it_says(
    demand: dict[str, str], kept: dict[str, Any], broken: dict[str, Any]
) -> None:
    assert (verdict_on(demand, **kept), verdict_on(demand, **broken)) == (Verdict.PASS, Verdict.FAIL)


@pytest.mark.parametrize(
    ("demand", "blind_s", "seen"),
    [
        ({"recovery": "25s"}, 0.0, {"left_slo": None, "back_s": None}),
        ({"balance": "40%"}, 0.0, {"shares": ()}),
        ({"first_new_pod": "20s"}, 16.0, {"first_new_pod_s": None}),
    ],
)
def test_what_was_not_seen_is_neither_kept_nor_broken(
    demand: dict[str, str], blind_s: float, seen: dict[str, Any]
) -> None:
    assert verdict_on(demand, blind_s, **seen) is Verdict.INCONCLUSIVE


def test_a_service_that_nobody_could_see_leave_its_slo_is_not_said_to_have_kept_it() -> None:
    assert "never" not in said_back(SEEN.model_copy(update={"left_slo": None, "back_s": None}))
