"""A verdict is what the counts prove: no more, and never more than the measurement can be trusted."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load_tests.judging.judgement import Verdict, worst
from load_tests.judging.measurement import Measurement
from load_tests.judging.verdict import RunVerdict, judge
from load_tests.recording.generator_health import StageHealth
from load_tests.specification.scenario import Scenario
from tests.load_tests.builders import CLOSED_LOAD, make_scenario, measured


def used(cpu_share: float) -> dict[str, Any]:
    """A generator that used so much of the CPU it may use."""
    return {"generators": (StageHealth("the generator", cpu_share),)}


def paused(*pauses_s: float) -> dict[str, Any]:
    """A generator that stood still so often and so long."""
    return {"generators": (StageHealth("the generator", 0.1, pauses_s),)}


def verdict_on(scenario: Scenario | None = None, **seen: Any) -> RunVerdict:
    scenario = scenario or make_scenario()
    return judge(scenario, measured(scenario, **seen))


@pytest.mark.parametrize(
    ("due", "slow", "verdict"),
    [
        (298, 0, Verdict.INCONCLUSIVE),
        (299, 0, Verdict.PASS),
        (472, 1, Verdict.INCONCLUSIVE),
        (473, 1, Verdict.PASS),
        (1000, 10, Verdict.INCONCLUSIVE),
        (1000, 15, Verdict.INCONCLUSIVE),
        (1000, 16, Verdict.FAIL),
        (1000, 1000, Verdict.FAIL),
    ],
)
def test_a_percentile_is_judged_by_the_exact_binomial(due: int, slow: int, verdict: Verdict) -> None:
    assert verdict_on(due=due, slow=slow).verdict is verdict


@pytest.mark.parametrize(
    "outcome", ["wrong_status", "wrong_answer", "timeout", "connection", "unfinished"], ids=lambda name: name
)
@pytest.mark.parametrize("slo", [{"p99": "100ms"}, {"errors": "1%"}, {"throughput": "99%"}, {"errors": "none"}])
def test_whatever_goes_wrong_counts_against_every_objective(outcome: str, slo: dict[str, str]) -> None:
    """Fast errors improve no percentile."""
    assert verdict_on(make_scenario(slo=slo), **{outcome: 50}).verdict is Verdict.FAIL


def test_a_request_the_generator_dropped_was_not_answered_but_is_no_error_of_the_service() -> None:
    for slo, bad in (({"p99": "100ms"}, 5), ({"throughput": "99%"}, 5), ({"errors": "1%"}, 0)):
        [judgement] = verdict_on(make_scenario(slo=slo), dropped=5).judgements
        assert judgement.bad == bad


def test_a_late_answer_is_late_and_not_an_error() -> None:
    assert verdict_on(make_scenario(slo={"p99": "100ms"}), slow=100).verdict is Verdict.FAIL
    assert verdict_on(make_scenario(slo={"errors": "1%"}), slow=100).verdict is Verdict.PASS


def test_no_error_means_not_one() -> None:
    assert verdict_on(make_scenario(slo={"errors": "none"})).verdict is Verdict.PASS
    assert verdict_on(make_scenario(slo={"errors": "none"}), timeout=1).verdict is Verdict.FAIL


def test_an_answer_exactly_at_the_threshold_is_in_time() -> None:
    assert verdict_on(make_scenario(slo={"p99": "10ms"})).verdict is Verdict.PASS
    assert verdict_on(make_scenario(slo={"p99": "9.999ms"}), lateness_s=0.0).verdict is Verdict.FAIL


def test_an_inconclusive_verdict_says_how_many_more_requests_would_settle_it() -> None:
    judged = verdict_on(due=298)
    assert judged.verdict is Verdict.INCONCLUSIVE
    assert judged.reason.endswith("not proven: 0 of 298 bad (1 % allowed): 1 more request would settle it")


CLOSED = {"load": CLOSED_LOAD, "stages": [{"name": "five", "users": 5, "each": "1/s", "for": "32s"}]}


@pytest.mark.parametrize(("due", "verdict"), [(150, Verdict.PASS), (149, Verdict.FAIL)])
def test_an_absolute_throughput_is_a_mean_over_the_whole_judged_time(due: int, verdict: Verdict) -> None:
    assert verdict_on(make_scenario(**CLOSED, slo={"throughput": "5/s"}), due=due).verdict is verdict


def test_a_throughput_not_measured_to_its_end_is_not_judged() -> None:
    judged = verdict_on(make_scenario(**CLOSED, slo={"throughput": "5/s"}), due=10, ended_s=20.0)
    assert [judgement.verdict for judgement in judged.judgements] == [Verdict.INCONCLUSIVE]


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        ({"due": 0}, "no request was sent in a judged stage"),
        ({"due": 1000, "dropped": 1000}, "no request was sent in a judged stage"),
        ({"due": 1000, "dropped": 6}, "the generator dropped 6 of 1000 requests"),
        ({"ended_s": 12.9}, "the run was stopped after 12.9 s of 13 s, in stage only"),
        ({"ended_s": 0.0}, "the run was stopped after 0 ms of 13 s, in stage warm-up"),
        (used(0.85), "the generator used 85% of the CPU it may use"),
        ({"lateness_s": 0.021}, "1 % of the requests left 21 ms late or more"),
        (paused(*(0.021,) * 5), "the generator stood still for 105 ms in all"),
        (paused(*(0.021,) * 5), "a threshold of 100 ms: free this machine's CPU, offer less, or allow more time"),
    ],
)
def test_a_measurement_that_cannot_be_trusted_is_invalid(seen: dict[str, Any], reason: str) -> None:
    judged = verdict_on(**seen)
    assert judged.verdict is Verdict.INVALID
    assert any(reason in because for because in judged.invalid_because)
    assert judged.reason.startswith(judged.invalid_because[0])


@pytest.mark.parametrize(
    "seen",
    [{"dropped": 5}, used(0.84), {"lateness_s": 0.02}, paused(*(0.02,) * 50), paused(0.1)],
)
def test_a_measurement_at_the_border_of_trust_is_trusted(seen: dict[str, Any]) -> None:
    assert verdict_on(**seen).invalid_because == ()


def test_one_worker_of_many_that_was_overworked_spoils_the_run_and_is_named() -> None:
    crew = (StageHealth("worker 1", 0.2), StageHealth("worker 2", 0.9), StageHealth("worker 3", 0.2, (0.5,)))
    judged = verdict_on(generators=crew)
    assert [because.partition(" used")[0].partition(" stood")[0] for because in judged.invalid_because] == [
        "only: worker 2",
        "only: worker 3",
    ]


def test_lateness_is_held_against_the_tightest_threshold() -> None:
    scenario = make_scenario(slo={"p95": "20ms", "p99": "100ms"})
    assert verdict_on(scenario, lateness_s=0.005).verdict is Verdict.INVALID
    assert verdict_on(make_scenario(slo={"p99": "100ms"}), lateness_s=0.005).verdict is Verdict.PASS


def test_without_a_latency_objective_lateness_is_held_against_the_timeout() -> None:
    scenario = make_scenario(slo={"errors": "1%"})
    assert verdict_on(scenario, lateness_s=0.4).verdict is Verdict.PASS
    assert verdict_on(scenario, lateness_s=0.41).verdict is Verdict.INVALID


def test_a_stage_that_is_not_judged_cannot_spoil_the_verdict() -> None:
    stages = [
        {"name": "only", "rate": "100/s", "for": "11s"},
        {"name": "x", "rate": "1/s", "for": "5s", "judge": False},
    ]
    scenario = make_scenario(stages=stages)
    good, bad = measured(scenario), measured(scenario, timeout=1000, **used(1.0))
    mixed = Measurement(stages=(bad.stages[0], good.stages[1], bad.stages[2]), ended_s=good.ended_s)
    assert judge(scenario, mixed).verdict is Verdict.PASS


def test_a_run_stopped_by_a_signal_says_which() -> None:
    scenario = make_scenario()
    cut = Measurement(measured(scenario).stages, ended_s=5.0, stopped_by="SIGTERM")
    assert judge(scenario, cut).reason == "the run was stopped by SIGTERM after 5 s of 13 s, in stage only"


def test_a_hopeless_run_that_was_ended_early_fails_and_is_not_called_cut_short() -> None:
    scenario = make_scenario(slo={"p99": "100ms", "errors": "1%"})
    early = judge(scenario, measured(scenario, timeout=50)).judgements[0]
    cut = Measurement(measured(scenario, due=200).stages, ended_s=5.0, broken_early=early)
    judged = judge(scenario, cut)
    assert judged.verdict is Verdict.FAIL
    assert judged.judgements[0] == early
    assert judged.judgements[1].verdict is Verdict.INCONCLUSIVE


def test_each_repetition_of_a_scenario_has_to_pass() -> None:
    scenario = make_scenario(repeat=3, slo={"p99": "100ms", "errors": {"limit": "1%", "scope": "run"}})
    good, bad = measured(scenario), measured(scenario, slow=100)
    assert judge(scenario, good).verdict is Verdict.PASS
    mixed = judge(scenario, Measurement((*good.stages[:2], bad.stages[2], good.stages[3]), ended_s=good.ended_s))
    assert mixed.verdict is Verdict.FAIL
    assert [(judgement.where, judgement.verdict.value) for judgement in mixed.judgements] == [
        ("only #1", "PASS"),
        ("only #2", "FAIL"),
        ("only #3", "PASS"),
        ("run #1", "PASS"),
        ("run #2", "PASS"),
        ("run #3", "PASS"),
    ]


def test_a_signal_after_the_last_stage_still_makes_a_run_invalid() -> None:
    scenario = make_scenario()
    whole = Measurement(measured(scenario).stages, ended_s=13.0, stopped_by="SIGINT")
    assert judge(scenario, whole).verdict is Verdict.INVALID


def test_an_error_of_the_generator_is_invalid() -> None:
    scenario = make_scenario()
    broken = Measurement(measured(scenario).stages, ended_s=13.0, generator_errors=("KeyError('x')",))
    assert judge(scenario, broken).reason == "the load generator failed: KeyError('x')"


@given(due=st.integers(0, 3000), bad=st.integers(0, 100), more=st.integers(1, 50))
def test_more_bad_requests_never_improve_a_verdict(due: int, bad: int, more: int) -> None:
    bad = min(due, bad)
    better, poorer = verdict_on(due=due, timeout=bad).verdict, verdict_on(due=due, timeout=min(due, bad + more)).verdict
    assert worst([better, poorer]) is poorer


def test_the_verdict_of_a_run_is_its_worst() -> None:
    assert worst([Verdict.PASS, Verdict.INCONCLUSIVE]) is Verdict.INCONCLUSIVE
    assert worst([Verdict.FAIL, Verdict.INCONCLUSIVE]) is Verdict.FAIL
    assert worst([Verdict.FAIL, Verdict.INVALID, Verdict.PASS]) is Verdict.INVALID


def test_every_verdict_has_its_exit_code() -> None:
    assert {verdict.value: verdict.exit_code for verdict in Verdict} == {
        "PASS": 0,
        "FAIL": 1,
        "INCONCLUSIVE": 3,
        "INVALID": 4,
    }
