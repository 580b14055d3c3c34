"""While a run goes on, each objective is shown with what is proven so far and whether the rest of it can settle it."""

import time

import pytest

from load_tests.judging.judgement import Verdict
from load_tests.judging.record import RunRecord
from load_tests.judging.verdict import judge
from load_tests.live.live_report import LiveObjective, LiveReport, State, final_report
from load_tests.live.verdict_so_far import planned, report_so_far
from load_tests.recording.generator_health import Generator
from load_tests.recording.outcomes import Outcome
from load_tests.report.run_report import report_of
from load_tests.specification.scenario import Scenario
from tests.load_tests.builders import CLOSED_LOAD, Clock, make_scenario, measured
from tests.load_tests.made_runs import FACTS

STAGES = [{"name": "first", "rate": "100/s", "for": "11s"}, {"name": "second", "rate": "100/s", "for": "11s"}]
"""After 2 s of warm-up; judged from second 3 to 13, and from second 14 to 24."""


def two_stages(**slo: object) -> Scenario:
    return make_scenario(stages=STAGES, slo=slo or {"p99": "100ms"})


def live(scenario: Scenario, now_s: float, *, good: int = 0, bad: int = 0, due_s: float = 3.5) -> LiveReport:
    """A run at a time, of whose requests these have ended, all due at once."""
    return report_so_far(record_of(scenario, now_s, good=good, bad=bad, due_s=due_s), now_s)


def record_of(scenario: Scenario, now_s: float, *, good: int = 0, bad: int = 0, due_s: float = 3.5) -> RunRecord:
    clock = Clock()
    clock.now_s = now_s
    record = RunRecord(scenario, clock)
    for outcome, count in ((Outcome.CORRECT, good), (Outcome.TIMEOUT, bad)):
        for _ in range(count):
            record.tally.append(due_s, due_s, due_s + 0.01, outcome)
    return record


def only(report: LiveReport, where: str) -> LiveObjective:
    [objective] = [objective for objective in report.objectives if objective.where == where]
    return objective


def test_before_a_run_every_objective_is_to_come_and_says_what_it_will_take() -> None:
    report = planned(two_stages())
    assert (report.state, report.verdict, report.stage, report.now_s, report.ends_s) == ("to come", None, "", 0, 24)
    first = only(report, "first")
    assert (first.state, first.verdict, first.to_settle, first.to_come) == (State.TO_COME, None, 299, 1000)
    assert first.evidence == "299 requests will be needed, about 1,000 are planned"
    assert first.can_be_settled


@pytest.mark.parametrize(
    ("now_s", "stage", "first", "second"),
    [
        (0.0, "warm-up", "to come", "to come"),
        (2.5, "first", "running", "to come"),
        (12.9, "first", "running", "to come"),
        (13.0, "second", "over", "running"),
        (24.0, "", "over", "over"),
    ],
)
def test_an_objective_runs_as_long_as_its_stage(now_s: float, stage: str, first: str, second: str) -> None:
    report = live(two_stages(), now_s)
    assert report.stage == stage
    assert [objective.state for objective in report.objectives] == [first, second]


def test_a_stage_without_a_request_yet_has_no_verdict_and_one_that_never_had_any_is_unproven() -> None:
    assert only(live(two_stages(), 2.9), "first").verdict is None
    assert only(live(two_stages(), 14.0), "first").verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("good", "bad", "verdict", "to_settle"),
    [(298, 0, "INCONCLUSIVE", 1), (299, 0, "PASS", 0), (200, 12, "FAIL", 0), (298, 1, "INCONCLUSIVE", 174)],
)
def test_the_verdict_so_far_is_that_of_the_requests_that_have_ended(
    good: int, bad: int, verdict: str, to_settle: int
) -> None:
    first = only(live(two_stages(), 8.0, good=good, bad=bad), "first")
    assert (first.verdict, first.due, first.bad) == (verdict, good + bad, bad)
    if bad != 1:
        assert first.to_settle == to_settle
    else:
        assert (first.to_settle or 0) > to_settle, "bad ones are expected to go on"


def test_a_share_too_close_to_what_is_allowed_is_not_said_to_be_settled_by_anything() -> None:
    first = only(live(two_stages(), 8.0, good=297, bad=3), "first")
    assert (first.verdict, first.to_settle, first.can_be_settled) == (Verdict.INCONCLUSIVE, None, False)


@pytest.mark.parametrize(("now_s", "to_come", "enough"), [(8.0, 500, True), (12.0, 100, False), (13.0, 0, False)])
def test_what_is_left_of_a_stage_settles_it_or_not(now_s: float, to_come: int, enough: bool) -> None:
    first = only(live(two_stages(), now_s, good=100), "first")
    assert (first.to_settle, first.to_come, first.can_be_settled) == (199, to_come, enough)


def test_an_objective_over_all_stages_awaits_the_requests_of_those_to_come() -> None:
    report = live(two_stages(errors={"limit": "1%", "scope": "run"}), 8.0, good=100)
    [run] = report.objectives
    assert (run.where, run.state, run.due, run.to_come) == ("run", State.RUNNING, 100, 1500)


def test_nothing_is_to_come_once_a_run_is_stopped() -> None:
    record = record_of(two_stages(), 8.0, good=100)
    record.stopped_by = "SIGTERM"
    record.stop_offering()
    report = report_so_far(record, 9.0)
    assert (report.state, report.verdict, report.now_s) == (State.OVER, Verdict.INVALID, 8.0)
    assert report.distrust == ("the run is being stopped by SIGTERM",)
    assert [objective.to_come for objective in report.objectives] == [0, 0]


def test_a_mean_throughput_is_shown_so_far_and_judged_when_its_time_is_over() -> None:
    stages = [{"name": "only", "users": 5, "each": "10/s", "for": "12s"}]
    scenario = make_scenario(load=CLOSED_LOAD, stages=stages, slo={"throughput": "40/s"})
    running = only(live(scenario, 9.0, good=225, due_s=4.5), "only")
    assert (running.verdict, running.to_settle) == (Verdict.INCONCLUSIVE, None)
    assert running.evidence == "225 correct answers in 5 s: 45/s"
    assert only(live(scenario, 14.0, good=225, due_s=4.5), "only").verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [(299, 0, "INCONCLUSIVE"), (299, 299, "PASS"), (0, 0, None)],
)
def test_a_run_passes_so_far_when_nothing_is_left_to_be_proven(first: int, second: int, verdict: str | None) -> None:
    record = record_of(two_stages(), 20.0, good=first)
    for _ in range(second):
        record.tally.append(14.5, 14.5, 14.51, Outcome.CORRECT)
    assert report_so_far(record, 20.0).verdict == verdict


@pytest.mark.parametrize(("dropped", "distrusted"), [(5, False), (6, True)])
def test_a_generator_that_drops_too_much_is_distrusted_as_soon_as_it_is_seen(dropped: int, distrusted: bool) -> None:
    record = record_of(two_stages(), 12.0, good=1000 - dropped)
    for _ in range(dropped):
        record.tally.append(3.5, 3.5, 3.5, Outcome.DROPPED)
    report = report_so_far(record, 12.0)
    assert (report.verdict is Verdict.INVALID) == distrusted
    assert any("the generator dropped 6 of 1000" in reason for reason in report.distrust) == distrusted


def test_of_many_generators_the_worst_is_shown() -> None:
    record = record_of(two_stages(), 8.0)
    record.generators += [Generator("one"), Generator("two", cores=0.5), Generator("has not told yet")]
    record.generators[0].health.append(7.0, 0.2, 0.003, 4)
    record.generators[1].health.append(7.1, 0.3, 0.001, 5)
    shown = report_so_far(record, 8.0).generators
    assert shown is not None
    assert (shown.cpu_share, shown.latest_ms, shown.in_flight, shown.dropped) == (0.6, 3.0, 9, 0)


def test_the_end_of_a_run_is_told_in_the_same_form_and_is_final() -> None:
    scenario = two_stages()
    measurement = measured(scenario, due=500, slow=100)
    final = final_report(report_of(scenario, measurement, judge(scenario, measurement), {}, FACTS))
    assert (final.final, final.state, final.verdict, final.due) == (True, State.OVER, Verdict.FAIL, 1000)
    assert final.reason.startswith("first: p99 ≤ 100 ms is broken")
    assert [objective.verdict for objective in final.objectives] == [Verdict.FAIL, Verdict.FAIL]


def test_a_look_takes_no_longer_after_many_requests_than_after_few() -> None:
    """It is taken in the process that offers the load; the latencies are not gone through."""
    scenario = two_stages(p99="100ms", errors="1%", throughput="99%")
    costs_s = []
    for count in (100, 100_000):
        record = record_of(scenario, 12.0, good=count, bad=count // 101)
        costs_s.append(min(cost_s_of_a_look(record, 12.0) for _ in range(20)))
    assert costs_s[1] < costs_s[0] + 0.003


def cost_s_of_a_look(record: RunRecord, now_s: float) -> float:
    record.tally.append(3.5, 3.5, 3.51, Outcome.CORRECT)
    before_s = time.thread_time()
    report_so_far(record, now_s)
    return time.thread_time() - before_s
