"""The load of a scenario as rates over time."""

from typing import Any

from load_tests.planning.offered import Rate, counted, mean_rates, rates_as_they_come
from load_tests.specification.timeline import timeline_of
from tests.load_tests.builders import CLOSED_LOAD, OPEN_LOAD, make_scenario

STAGES = [{"name": "low", "rate": "10/s", "for": "10s"}, {"name": "high", "rate": "200/s", "for": "20s"}]


def test_mean_rates_are_those_of_the_stages_and_of_the_warm_up() -> None:
    rates = mean_rates(timeline_of(make_scenario(stages=STAGES)))
    assert rates == (Rate(0, 10), Rate(2, 10), Rate(12, 200))


def test_open_arrivals_are_the_very_requests_that_the_load_test_sends() -> None:
    scenario = make_scenario(stages=STAGES)
    rates = rates_as_they_come(scenario, timeline_of(scenario))
    assert [rate.begins_s for rate in rates] == list(range(32))
    assert len({rate.rate_rps for rate in rates[12:]}) > 5, "they gather by chance"
    assert abs(sum(rate.rate_rps for rate in rates[12:]) - 4000) < 4 * 4000**0.5
    assert rates == rates_as_they_come(scenario, timeline_of(scenario))


def test_another_seed_brings_other_requests() -> None:
    assert rates_of(seed=1) != rates_of(seed=2)


def test_even_arrivals_are_even() -> None:
    rates = rates_of(arrivals="uniform")
    assert {rate.rate_rps for rate in rates[12:-1]} <= {199, 200, 201}


def test_closed_users_ask_for_as_much_as_they_are_many() -> None:
    stages = [{"name": "five", "users": 5, "each": "2/s", "for": "10s"}]
    scenario = make_scenario(load=CLOSED_LOAD, stages=stages)
    assert rates_as_they_come(scenario, timeline_of(scenario)) == (Rate(0, 10), Rate(2, 10))


def test_a_second_without_requests_has_a_rate_as_well() -> None:
    assert counted([0.1, 0.2, 2.0], 3.5) == (Rate(0, 2), Rate(1, 0), Rate(2, 1), Rate(3, 0))


def rates_of(**load: Any) -> tuple[Rate, ...]:
    scenario = make_scenario(stages=STAGES, load=OPEN_LOAD | load)
    return rates_as_they_come(scenario, timeline_of(scenario))
