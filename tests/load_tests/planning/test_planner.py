"""A plan says how many replicas a scenario needs, and from how many on an autoscaler is in time."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from load_tests.planning.plan import Plan
from load_tests.planning.planner import Allowance, Measured, OutOfReachError, plan_of
from load_tests.planning.sizes import Autoscaling, PodSize, Replica
from load_tests.specification.scenario import Scenario, load, parse

HEAVY = Replica(kept_rps=17, cpu_s_per_request=0.021, idle_cores=0.003)
SIZE = PodSize(requested_cores=0.25, limit_cores=0.5)
AUTOSCALING = Autoscaling(least=1, most=10, target=0.5)
SUDDEN = """
model: insurance_charges_model
load: {warmup: 10s, settle: 1s, connections: 2s}
stages:
  - {name: normal, rate: 4/s, for: 60s}
  - {name: risen, rate: 28/s, for: 120s}
slo: {p95: 250ms, errors: {limit: 1%, scope: run}}
"""


def planned(
    scenario: Scenario,
    replica: Replica = HEAVY,
    size: PodSize = SIZE,
    autoscaling: Autoscaling = AUTOSCALING,
    spare: int = 0,
) -> Plan:
    return plan_of(
        scenario, Measured(replica, 20.0, datetime.now(UTC)), size, autoscaling, Allowance(spare=spare, looks=2)
    )


def sudden(**changes: str) -> Scenario:
    text = SUDDEN
    for old, new in changes.items():
        text = text.replace(old, new)
    return parse("sudden", text)


def test_a_sudden_rise_needs_its_replicas_before_it_comes() -> None:
    plan = planned(sudden())
    assert (plan.needed, plan.least) == (2, 2)
    assert [trial.in_time for trial in plan.trials] == [False, True]
    lost = [trial.lost.most or 0 for trial in plan.trials]
    assert lost[0] > plan.may_be_bad
    assert lost[1] == 0


def test_a_load_that_grows_slowly_needs_none_of_them_before() -> None:
    rates = range(4, 29, 2)
    stages = "\n".join(f"  - {{name: at {rate}, rate: {rate}/s, for: 90s}}" for rate in rates)
    grows = SUDDEN.partition("stages:")[0] + f"stages:\n{stages}\nslo: {{p95: 250ms}}\n"
    plan = planned(parse("grows", grows))
    assert (plan.needed, plan.least) == (2, 1)
    assert "begins with 1 brings the others in time" in plan.why


def test_what_is_there_to_see_the_service_give_in_is_not_planned_for() -> None:
    plan = planned(load("staged"))
    spike = next(stage for stage in plan.stages if stage.stage == "spike")
    assert (spike.planned_for, spike.replicas) == (False, 13)
    assert plan.needed == 6, "for the 80/s of the peak"


def test_replicas_to_spare_come_on_top() -> None:
    bare, spared = planned(sudden()), planned(sudden(), spare=2)
    assert (spared.least, spared.fixed) == (bare.least + 2, bare.needed + 2)
    assert spared.needed == bare.needed


def test_no_error_at_all_allows_nothing_to_be_strained() -> None:
    plan = planned(parse("sudden", SUDDEN.replace("{limit: 1%, scope: run}", "none")))
    assert plan.may_be_bad == 0
    assert plan.least == plan.needed


@pytest.mark.parametrize(("kept_rps", "percent"), [(17, 50), (6, 41)])
def test_the_target_is_lowered_where_it_would_leave_replicas_overloaded(kept_rps: float, percent: int) -> None:
    """6/s of 21 ms, a tenth less for the busiest one and for the tolerance: 0.104 cores of 0.25."""
    assert planned(sudden(), Replica(kept_rps, 0.021)).target_percent == percent


def test_the_most_is_raised_where_it_would_not_be_enough() -> None:
    assert planned(sudden(), autoscaling=Autoscaling(1, 3, 0.5)).most == 5
    assert planned(sudden()).most == 10


def test_many_replicas_are_not_tried_one_by_one() -> None:
    plan = planned(sudden(**{"28/s": "400/s"}))
    assert plan.needed == 26
    assert len(plan.trials) < 12
    assert next(trial for trial in plan.trials if trial.in_time).least == plan.least


def test_a_limit_below_the_cost_of_a_request_is_out_of_reach_with_any_number() -> None:
    heavy = Replica(kept_rps=2, cpu_s_per_request=0.032)
    at_200m = PodSize(requested_cores=0.1, limit_cores=0.2)
    with pytest.raises(OutOfReachError, match=r"32 ms of CPU.*200m.*may take 112 ms.*below a limit of 320m"):
        planned(load("staged"), heavy, at_200m)
    assert planned(sudden(), heavy, at_200m).needed == 16, "250 ms it can keep"


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    plan = planned(sudden())
    plan.write(tmp_path / "reports" / "plan.json")
    assert Plan.model_validate_json((tmp_path / "reports" / "plan.json").read_bytes()) == plan
