"""A scenario that could never prove what it demands, or notice what goes wrong, is refused before any load."""

import re

import pytest

from load_tests.judging.provable import check_provable
from load_tests.specification.errors import ScenarioError
from load_tests.specification.scenario import Scenario
from tests.load_tests.builders import CLOSED_LOAD, OPEN_LOAD, make_scenario


@pytest.mark.parametrize("lasts_s", [4, 5])
def test_a_stage_too_short_for_its_objective_is_refused_until_it_is_as_long_as_it_says(lasts_s: int) -> None:
    def of(lasts_s: int) -> Scenario:
        return make_scenario(stages=[{"name": "only", "rate": "80/s", "for": f"{lasts_s}s"}])

    with pytest.raises(
        ScenarioError, match=r"takes 299 requests, but about \d+ are due.* write `for: (\d+)s`"
    ) as error:
        check_provable(of(lasts_s))
    needed_s = int(re.search(r"for: (\d+)s", str(error.value))[1])  # type: ignore[index]
    check_provable(of(needed_s))
    with pytest.raises(ScenarioError):
        check_provable(of(needed_s - 1))


def test_a_run_too_short_for_its_objective_is_refused_until_it_is_as_much_longer_as_the_message_says() -> None:
    slo = {"errors": {"limit": "0.1%", "scope": "run"}}
    with pytest.raises(ScenarioError, match=r"make the stages (\d+) s longer in all") as error:
        check_provable(make_scenario(slo=slo))
    longer_s = int(re.search(r"stages (\d+) s", str(error.value))[1])  # type: ignore[index]
    stages = [{"name": "only", "rate": "100/s", "for": f"{11 + longer_s}s"}]
    check_provable(make_scenario(slo=slo, stages=stages))


def test_a_run_that_is_long_enough_only_with_luck_is_told_what_it_may_come_to() -> None:
    stages = [{"name": "only", "rate": "100/s", "for": "31s"}]
    with pytest.raises(ScenarioError, match=r"takes 2995 requests, but about 3000 are due, and by chance only 2890:"):
        check_provable(make_scenario(slo={"errors": {"limit": "0.1%", "scope": "run"}}, stages=stages))


def test_closed_users_cannot_be_asked_for_more_than_they_ask_for() -> None:
    stages = [{"users": 1, "each": "1/s", "for": "602s"}, {"users": 5, "each": "1/s", "for": "302s"}]
    with pytest.raises(
        ScenarioError, match=r"run: throughput ≥ 5/s cannot be reached: its users surely ask for 2.33/s only"
    ):
        check_provable(make_scenario(load=CLOSED_LOAD, stages=stages, scope="run", slo={"throughput": "5/s"}))
    stages[1]["slo"] = {"throughput": "5/s"}
    check_provable(make_scenario(load=CLOSED_LOAD, stages=stages, scope="run", slo={"p99": "100ms"}))


def test_closed_users_can_only_be_asked_for_what_they_surely_ask_for() -> None:
    """In 5.5 s a user who asks once a second asks five or six times, as its phase has it."""
    load = CLOSED_LOAD | {"golden": "0%"}
    stages = [{"users": 2, "each": "1/s", "for": "7500ms"}]
    with pytest.raises(ScenarioError, match=r"its users surely ask for 1.82/s only"):
        check_provable(make_scenario(load=load, stages=stages, slo={"throughput": "2/s"}))
    check_provable(make_scenario(load=load, stages=stages, slo={"throughput": "1.8/s"}))


def test_a_share_of_the_requests_due_is_not_for_closed_users() -> None:
    """What they gave up was never due, so that it would always be 100 %."""
    stages = [{"users": 40, "each": "5/s", "for": "12s"}]
    with pytest.raises(ScenarioError, match="write a mean, such as throughput: 190/s"):
        check_provable(make_scenario(load=CLOSED_LOAD, stages=stages, slo={"throughput": "99%"}))


@pytest.mark.parametrize(
    ("load", "slo", "refused"),
    [
        ({"golden": "1%"}, {"errors": "1%"}, "load.golden: with all of these answered wrongly, 1 % of"),
        ({"golden": "2%"}, {"errors": "1%"}, ""),
        ({"golden": "0%"}, {"errors": "1%"}, ""),
        ({"golden": "0.1%"}, {"errors": "none"}, ""),
        ({"golden": "2%", "invalid": "50%"}, {"errors": "1%"}, "load.golden"),
        ({"invalid": "1%"}, {"p99": "100ms"}, "load.invalid: with all of these answered wrongly, 1 % of"),
    ],
)
def test_a_fault_that_no_objective_would_notice_is_refused(
    load: dict[str, str], slo: dict[str, str], refused: str
) -> None:
    scenario = make_scenario(load=OPEN_LOAD | load, slo=slo)
    if refused:
        with pytest.raises(ScenarioError, match=refused):
            check_provable(scenario)
    else:
        check_provable(scenario)


def test_a_mean_throughput_notices_only_faults_beyond_what_it_leaves_to_spare() -> None:
    stages = [{"users": 40, "each": "5/s", "for": "12s"}]
    load = CLOSED_LOAD | {"golden": "1%"}
    with pytest.raises(ScenarioError, match=r"load\.golden: .* allows 50 %"):
        check_provable(make_scenario(load=load, stages=stages, slo={"throughput": "100/s"}))


def test_an_absolute_throughput_is_not_for_open_arrivals() -> None:
    with pytest.raises(ScenarioError, match="write throughput: 99%"):
        check_provable(make_scenario(load=OPEN_LOAD, slo={"throughput": "5/s"}))


@pytest.mark.parametrize("changes", [{"slo": {}}, {"stages": [{"rate": "100/s", "for": "11s", "judge": False}]}])
def test_a_scenario_that_judges_nothing_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ScenarioError, match="nothing is judged"):
        check_provable(make_scenario(**changes))


def test_a_threshold_beyond_the_timeout_is_refused() -> None:
    load = OPEN_LOAD | {"timeout": "2s"}
    check_provable(make_scenario(slo={"p99": "2s"}, load=load))
    with pytest.raises(ScenarioError, match=r"p99 ≤ 2.1 s is never missed by an answer, for after 2s \(load.timeout\)"):
        check_provable(make_scenario(slo={"p99": "2100ms"}, load=load))
