"""The scenario of a probe: the same clients and the same objectives, at one rate, and long enough for a proof."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from load_tests.planning.probe import Lengths, left_to_confirming, lowest_rate_rps, probe_of, wanted_of
from load_tests.specification.errors import ScenarioError
from load_tests.specification.offered_load import Arrivals
from load_tests.specification.scenario import SCENARIOS, Scenario, load, parse
from load_tests.specification.timeline import timeline_of

NAMES = sorted(path.stem for path in SCENARIOS.glob("*.yaml"))
SCENARIO = """
model: insurance_charges_model
path: /predict
load: {arrivals: open, warmup: 20s, settle: 5s, timeout: 3s, connections: per_request, invalid: 1/6, golden: 1/8,
  seed: 11}
stages:
  - {name: normal, rate: 10/s, for: 60s, slo: {p99: 250ms}}
  - {name: peak,   rate: 80/s, for: 60s, slo: {p95: 70ms}}
  - {name: spike,  rate: 200/s, for: 60s, judge: false}
slo: {p99: 100ms, errors: {limit: 0.1%, scope: run}, throughput: 99%}
scope: run
confidence: 99%
"""


@pytest.fixture
def scenario() -> Scenario:
    return parse("given", SCENARIO)


def titles(scenario: Scenario) -> list[str]:
    return [one.objective.title for one in wanted_of(scenario)]


def judged_s(probe: Scenario) -> float:
    return timeline_of(probe).windows[-1].judged_s


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("confirms", [False, True])
def test_every_scenario_of_the_repository_can_be_probed_at_its_lowest_rate_and_at_high_ones(
    name: str, confirms: bool
) -> None:
    scenario = load(name)
    for rate_rps in (lowest_rate_rps(scenario), 60, 2000):
        if rate_rps >= lowest_rate_rps(scenario):
            probe = probe_of(scenario, rate_rps, 1, confirms)
            assert 15 <= judged_s(probe) <= 601
            assert probe.scaling is None


def test_a_probe_has_the_clients_of_the_scenario(scenario: Scenario) -> None:
    probe = probe_of(scenario, 40, 3)
    assert (probe.model, probe.path, probe.confidence) == (scenario.model, "/predict", 0.99)
    kept = ("timeout", "connections", "invalid", "golden")
    assert [getattr(probe.load, key) for key in kept] == [getattr(scenario.load, key) for key in kept]


def test_no_two_probes_have_the_same_arrivals_and_the_first_has_those_of_the_scenario(scenario: Scenario) -> None:
    assert [probe_of(scenario, 40, number).load.seed for number in (1, 2)] == [11, 12]


def test_it_is_one_stage_at_the_rate_which_ends_early_when_it_is_broken(scenario: Scenario) -> None:
    (stage,) = probe_of(scenario, 40, 1).stages
    assert (stage.rate, stage.judge, stage.abort) == (40, True, True)


def test_the_objectives_are_those_of_the_busiest_judged_stage_whatever_their_scope(scenario: Scenario) -> None:
    assert titles(scenario) == ["p99 ≤ 100 ms", "errors ≤ 0.1 %", "answered ≥ 99 %", "p95 ≤ 70 ms"]
    probe = probe_of(scenario, 40, 1, confirms=True)
    assert [demand.objective.title for demand in probe.slo.demands] == titles(scenario)


def test_a_stage_s_own_objective_takes_the_place_of_the_common_one() -> None:
    assert titles(parse("given", SCENARIO.replace("rate: 10/s", "rate: 90/s")))[0] == "p99 ≤ 250 ms"


def test_closed_users_become_open_arrivals_and_their_mean_throughput_is_not_demanded() -> None:
    seed = load("seed")
    assert titles(seed) == ["p99 ≤ 100 ms", "no error seen"]
    assert probe_of(seed, 40, 1).load.arrivals is Arrivals.OPEN


def test_arrivals_at_even_intervals_stay_even() -> None:
    assert probe_of(parse("given", SCENARIO.replace("arrivals: open", "arrivals: uniform")), 40, 1).load.arrivals is (
        Arrivals.UNIFORM
    )


def test_a_mean_throughput_alone_is_nothing_to_search_by() -> None:
    closed = SCENARIO.replace("arrivals: open", "arrivals: closed")
    for rate in ("10/s", "80/s", "200/s"):
        closed = closed.replace(f"rate: {rate}", "users: 5, each: 1/s")
    only = closed.partition("slo: {p99: 100ms")[0].replace(", slo: {p99: 250ms}", "").replace(", slo: {p95: 70ms}", "")
    with pytest.raises(ScenarioError, match="nothing is demanded that has to be kept at every rate"):
        wanted_of(parse("given", f"{only}slo: {{throughput: 5/s}}"))


def test_what_takes_long_to_prove_is_left_to_the_probe_that_confirms(scenario: Scenario) -> None:
    assert [one.key for one in left_to_confirming(scenario, 40)] == ["errors"]
    assert [one.key for one in left_to_confirming(scenario, 400)] == []
    assert "errors" not in yaml.safe_load(probe_of(scenario, 40, 1).text)["slo"]
    assert "errors" in yaml.safe_load(probe_of(scenario, 40, 1, confirms=True).text)["slo"]


def test_where_everything_takes_long_a_probe_takes_as_long_as_the_easiest(scenario: Scenario) -> None:
    assert list(yaml.safe_load(probe_of(scenario, 2, 1).text)["slo"]) == ["p95"]
    assert judged_s(probe_of(scenario, 2, 1)) > Lengths().longest_s


def test_there_is_room_for_a_few_bad_requests_where_time_allows() -> None:
    smoke = load("smoke")  # 299 requests without a bad one, or 773 with three among them, and what chance takes
    assert judged_s(probe_of(smoke, 40, 1)) * 40 > 773
    assert 299 < judged_s(probe_of(smoke, 15, 1)) * 15 < 473


def test_a_service_that_hangs_cannot_make_the_generator_drop_requests(scenario: Scenario) -> None:
    assert probe_of(scenario, 2000, 1).load.in_flight == 6000
    assert probe_of(scenario, 20, 1).load.in_flight == scenario.load.in_flight


@settings(max_examples=20)
@given(st.floats(6, 5000).map(lambda rate: float(f"{rate:.3g}")))
def test_the_probe_that_confirms_is_longer(rate_rps: float) -> None:
    staged = load("staged")
    assert judged_s(probe_of(staged, rate_rps, 2, confirms=True)) > judged_s(probe_of(staged, rate_rps, 2))


def test_its_file_says_the_same_to_whoever_repeats_it(scenario: Scenario) -> None:
    probe = probe_of(scenario, 27.5, 2)
    assert probe.name == "given-27.5rps"
    assert parse(probe.name, probe.text) == probe
