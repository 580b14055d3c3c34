"""A hopeless run may end early, and looking often makes nobody believe that a run is hopeless which is not."""

import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load_tests.judging.abort import LOOK_EVERY_S, confidence_at_the_end, confidence_of_a_look, most_unanswered
from load_tests.judging.judgement import Verdict
from load_tests.judging.record import RunRecord
from load_tests.judging.verdict import RunVerdict, judge
from load_tests.recording.outcomes import Outcome
from load_tests.specification.arrivals import open_arrivals
from load_tests.specification.quantities import format_share
from load_tests.specification.scenario import Scenario
from tests.conftest import ROOT
from tests.load_tests.builders import CLOSED_LOAD, OPEN_LOAD, Clock, make_scenario
from tests.load_tests.conftest import StartRun, Stub

RUNS = 400
TIMEOUT_S = 2.0
ABORTING = [{"name": "only", "rate": "20/s", "for": "31s", "abort": True}]
HOPELESS = """
model: insurance_charges_model
load: {arrivals: open, warmup: 500ms, settle: 500ms, timeout: 40s, in_flight: 4000}
stages: [{name: long, rate: 50/s, for: 60s, abort: true}]
slo: {p99: 40s, errors: 5%}
"""


def aborting(**changes: Any) -> Scenario:
    """One stage that may end early: 20/s, judged for 30 s."""
    return make_scenario(**{"stages": ABORTING, "slo": {"errors": "5%"}, **changes})


def record_at(scenario: Scenario, now_s: float, *, bad: int, good: int) -> RunRecord:
    """A run so far, of whose judged requests these have ended at once."""
    clock = Clock()
    record = RunRecord(scenario, clock)
    for outcome, count in ((Outcome.WRONG_ANSWER, bad), (Outcome.CORRECT, good)):
        for _ in range(count):
            record.tally.append(3.5, 3.5, 3.51, outcome)
    clock.now_s = now_s
    return record


@pytest.mark.parametrize("lasts_s", [2, 11, 3600])
@pytest.mark.parametrize("confidence", ["80%", "95%", "99.9%"])
def test_all_looks_of_a_stage_take_half_of_the_risk_and_its_end_the_other_half(lasts_s: int, confidence: str) -> None:
    stages = [{"name": "only", "rate": "20/s", "for": f"{lasts_s}s", "abort": True}]
    scenario = aborting(stages=stages, confidence=confidence)
    [demand] = RunRecord(scenario, Clock()).demands
    risk = 1 - scenario.confidence
    looks = math.ceil((lasts_s - scenario.load.settle) / LOOK_EVERY_S)
    assert looks * (1 - confidence_of_a_look(demand, scenario.confidence)) == pytest.approx(risk / 2)
    at_the_end = confidence_at_the_end(demand, scenario.confidence, ended_early=False)
    assert 1 - at_the_end == pytest.approx(risk / 2)


def test_a_stage_that_cannot_end_early_keeps_its_whole_confidence() -> None:
    [demand] = RunRecord(make_scenario(), Clock()).demands
    assert confidence_at_the_end(demand, 0.95, ended_early=False) == 0.95


def test_the_risk_of_a_look_in_the_documents_is_the_one_that_is_taken() -> None:
    stages = [{"name": "only", "rate": "20/s", "for": "121s", "abort": True}]
    [demand] = RunRecord(aborting(stages=stages), Clock()).demands
    text = (ROOT / "docs" / "verdicts.md").read_text(encoding="utf-8")
    assert f"risk of {format_share(1 - confidence_of_a_look(demand, 0.95))}" in text


def run_at_the_limit(scenario: Scenario, share: float, luck: random.Random, right_answers_take_s: float) -> RunVerdict:
    """A run of a service of whose answers exactly `share` is wrong; wrong answers take no time at all."""
    clock = Clock()
    record = RunRecord(scenario, clock)
    ended: list[tuple[float, float, Outcome]] = []
    for due_s in open_arrivals(scenario, record.timeline):
        wrong = luck.random() < share
        ended.append((due_s + (0 if wrong else right_answers_take_s), due_s, Outcome(wrong * Outcome.WRONG_ANSWER)))
    ended.sort(reverse=True)
    while clock.now_s < record.timeline.ends_s and not record.look():
        clock.now_s += LOOK_EVERY_S
        while ended and ended[-1][0] <= clock.now_s:
            ended_s, due_s, outcome = ended.pop()
            record.tally.append(due_s, due_s, ended_s, outcome)
    record.stop_offering()
    for ended_s, due_s, outcome in ended:
        if record.broken_early is None:
            record.tally.append(due_s, due_s, ended_s, outcome)
    return judge(scenario, record.measurement())


@pytest.mark.parametrize(("timeout", "right_answers_take_s"), [("50ms", 0.0), ("2s", 1.99)])
def test_a_service_at_its_limit_is_failed_no_more_often_than_the_confidence_says(
    timeout: str, right_answers_take_s: float
) -> None:
    """Early or at the end, taken together; even where all that is known at first are the errors."""
    luck = random.Random(7)
    scenarios = (
        aborting(confidence="80%", load=OPEN_LOAD | {"timeout": timeout, "seed": seed}) for seed in range(RUNS)
    )
    verdicts = [run_at_the_limit(scenario, 0.05, luck, right_answers_take_s).verdict for scenario in scenarios]
    assert verdicts.count(Verdict.INVALID) == 0
    assert 0 < verdicts.count(Verdict.FAIL) <= 0.2 * RUNS


def test_errors_that_come_before_the_right_answers_of_their_time_prove_nothing() -> None:
    """Three of three known requests went wrong, but forty were due, and may be answered yet."""
    assert record_at(aborting(), 5.0, bad=3, good=0).look() is None
    assert record_at(aborting(), 5.0, bad=30, good=0).look() is not None


@pytest.mark.parametrize(
    ("now_s", "most"), [(3.0, 0), (3.5, 10), (5.0, 40), (20.0, 40), (32.9, 40), (34.0, 20), (35.0, 0)]
)
def test_no_more_requests_are_without_an_answer_than_were_due_within_the_timeout(now_s: float, most: int) -> None:
    [_, window] = RunRecord(aborting(), Clock()).timeline.windows
    assert most_unanswered(window, now_s, TIMEOUT_S) == most


def test_closed_users_wait_for_one_answer_each() -> None:
    stages = [{"name": "only", "users": 5, "each": "10/s", "for": "12s"}]
    scenario = make_scenario(load=CLOSED_LOAD, stages=stages, slo={"errors": "5%"})
    [_, window] = RunRecord(scenario, Clock()).timeline.windows
    assert most_unanswered(window, 10.0, TIMEOUT_S) == 5


@given(bad=st.integers(0, 60), good=st.integers(0, 300), more=st.integers(1, 50))
def test_more_bad_requests_never_make_a_hopeless_run_hopeful(bad: int, good: int, more: int) -> None:
    if record_at(aborting(), 20.0, bad=bad, good=good).look():
        assert record_at(aborting(), 20.0, bad=bad + more, good=good).look()
        assert record_at(aborting(), 20.0, bad=bad + more, good=max(0, good - more)).look()


@given(now_s=st.floats(0, 40), bad=st.integers(0, 600))
def test_a_stage_without_abort_never_ends_early(now_s: float, bad: int) -> None:
    stages = [{"name": "only", "rate": "20/s", "for": "31s"}]
    assert record_at(aborting(stages=stages), now_s, bad=bad, good=0).look() is None


@pytest.mark.parametrize(("now_s", "ends"), [(2.5, False), (3.0, True), (32.9, True), (33.0, False)])
def test_a_run_is_ended_only_in_the_judged_part_of_a_stage(now_s: float, ends: bool) -> None:
    """Looks while it settles would be more than were planned for."""
    assert (record_at(aborting(), now_s, bad=400, good=0).look() is not None) == ends


def test_a_run_that_was_stopped_is_not_ended_once_more() -> None:
    record = record_at(aborting(), 20.0, bad=400, good=0)
    assert record.look() is not None
    record.stop_offering()
    assert record.look() is None


def test_the_first_error_ends_a_run_in_which_none_may_be_seen() -> None:
    broken = record_at(aborting(slo={"errors": "none"}), 20.0, bad=1, good=100).look()
    assert broken is not None
    assert broken.evidence == "1 of 101 went wrong"


def test_a_mean_throughput_is_not_judged_before_its_time_is_over() -> None:
    stages = [{"name": "only", "users": 5, "each": "10/s", "for": "12s", "abort": True}]
    scenario = make_scenario(load=CLOSED_LOAD, stages=stages, slo={"throughput": "40/s"})
    assert record_at(scenario, 10.0, bad=100, good=0).look() is None


def test_the_risk_of_an_early_end_is_said_with_its_digits() -> None:
    broken = record_at(aborting(), 20.0, bad=400, good=0).look()
    assert broken is not None
    assert broken.evidence == "400 of 400 bad, more than the 5 % allowed, proven early at a risk of 0.0833 %"


def test_what_did_not_end_the_run_is_broken_only_if_a_look_would_have_said_so() -> None:
    """The end was chosen by what was seen: as proof it is worth no more than a look."""
    scenario = aborting(slo={"p50": "1ms", "errors": "5%"})
    record = record_at(scenario, 20.0, bad=19, good=181)
    assert record.look() is not None
    record.stop_offering()
    [latency, errors] = judge(scenario, record.measurement()).judgements
    assert latency.verdict is Verdict.FAIL
    assert errors.verdict is Verdict.INCONCLUSIVE, "it would be broken at 95 %"


@pytest.mark.parametrize("options", [(), ("--processes", "2")])
def test_a_hopeless_run_ends_after_seconds_and_fails(start_run: StartRun, stub: Stub, options: tuple[str, ...]) -> None:
    finished = start_run(stub("503 Service Unavailable", "{}").url, HOPELESS, *options).finish()
    assert finished.exit_code == 1, finished.output
    assert finished.report.verdict is Verdict.FAIL
    assert finished.report.invalid_because == ()
    assert finished.report.ended_after_s < 15
    assert finished.report.ended_early == "long: p99 ≤ 40 s was broken beyond doubt"
    assert "proven early at a risk of " in finished.last_line
