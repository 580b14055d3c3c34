"""Beside the counts a report says how the bad requests were spread, and how far a judged percentile is known."""

from load_tests.judging.record import RunRecord
from load_tests.judging.spread import Spread, spread_of
from load_tests.recording.outcomes import Outcome
from load_tests.specification.demands import judged_demands
from load_tests.specification.scenario import Scenario
from tests.load_tests.builders import Clock, make_scenario

LOAD = {"arrivals": "open", "warmup": "0s", "settle": "0s", "timeout": "2s"}
STAGES = [{"name": "only", "rate": "20/s", "for": "60s"}]


def spreads(scenario: Scenario, bad_s: set[int]) -> list[Spread]:
    """Of a run with 20 requests a second of 10 to 29 ms each, all of them failed in the seconds `bad_s`."""
    clock = Clock()
    record = RunRecord(scenario, clock)
    clock.now_s = record.timeline.ends_s
    for number in range(1200):
        due_s = number / 20
        outcome = Outcome.WRONG_STATUS if int(due_s) in bad_s else Outcome.CORRECT
        record.tally.append(due_s, due_s, due_s + 0.01 + number % 20 / 1000, outcome)
    measurement = record.measurement()
    return [spread_of(demand, measurement, scenario) for demand in judged_demands(scenario, record.timeline)]


def test_bad_requests_are_told_by_the_seconds_in_which_they_were_due() -> None:
    scenario = make_scenario(load=LOAD, stages=STAGES, slo={"p99": "100ms", "errors": "1%", "p90": "15ms"})
    p99, errors, p90 = spreads(scenario, bad_s={5, 6, 40})
    assert (p99.bad_seconds, errors.bad_seconds, p90.bad_seconds) == (3, 3, 60)
    assert p99.measured_s == 60.0


def test_a_judged_percentile_has_an_interval_in_which_failures_are_infinitely_late() -> None:
    scenario = make_scenario(load=LOAD, stages=STAGES, slo={"p99": "100ms", "errors": "1%"})
    p99, errors = spreads(scenario, bad_s={5, 6, 40})
    assert p99.percentile is not None
    assert p99.percentile.seen_s == float("inf")
    assert errors.percentile is None


def test_the_interval_of_an_even_service_is_narrow() -> None:
    scenario = make_scenario(load=LOAD, stages=STAGES, slo={"p90": "100ms"})
    [p90] = spreads(scenario, bad_s=set())
    assert p90.percentile is not None
    assert 0.025 < p90.percentile.low_s <= p90.percentile.seen_s <= p90.percentile.high_s < 0.03
    assert len(p90.percentile.replicates_s) == 1000
