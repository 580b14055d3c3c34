"""Requests are counted in the stage in which they were due, whoever sent them and in whatever order they ended."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load_tests.generator.batch import Batch
from load_tests.judging.measurement import Measurement, percentile
from load_tests.judging.record import RunRecord
from load_tests.recording.generator_health import Generator
from load_tests.recording.outcomes import Outcome, Request, RequestLog
from tests.load_tests.builders import Clock, make_scenario

STAGES = [{"name": "a", "rate": "10/s", "for": "10s"}, {"name": "b", "rate": "30/s", "for": "10s"}]
SCENARIO = make_scenario(stages=STAGES, load={"arrivals": "open", "warmup": "2s", "settle": "1s"})
ENDS_S = 22.0

REQUESTS = st.builds(
    lambda due_s, late_s, took_s, outcome: Request(due_s, due_s + late_s, due_s + late_s + took_s, outcome),
    st.floats(0, ENDS_S, exclude_max=True),
    st.floats(0, 0.1),
    st.floats(0, 2),
    st.sampled_from(Outcome),
)


def record_of(*logs: list[Request]) -> RunRecord:
    """The record of a finished run of as many workers as there are logs, as their batches would make it."""
    record = RunRecord(SCENARIO, Clock())
    record.now_s.now_s = ENDS_S  # type: ignore[attr-defined]
    for requests in logs:
        batch = Batch(RequestLog())
        for request in requests:
            batch.requests.append(request.due_s, request.sent_s, request.ended_s, request.outcome)
        Batch.unpack(batch.pack()).add_to(record, Generator("worker"))
    return record


def measurement_of(*logs: list[Request]) -> Measurement:
    return record_of(*logs).measurement()


def correct(due_s: float) -> Request:
    return Request(due_s, due_s, due_s + 0.1, Outcome.CORRECT)


def test_a_request_counts_in_the_stage_in_which_it_was_due_not_the_one_in_which_it_was_answered() -> None:
    _, a, b = measurement_of([Request(11.9, 11.9, 13.5, Outcome.CORRECT)]).stages
    assert (a.due, b.due) == (1, 0)
    assert list(a.latencies_s) == pytest.approx([1.6])


@pytest.mark.parametrize(("due_s", "counted"), [(2.5, 0), (2.999, 0), (3.0, 1), (11.999, 1), (12.0, 0)])
def test_what_was_due_while_a_stage_settled_is_left_out(due_s: float, counted: int) -> None:
    stages = measurement_of([correct(due_s)]).stages
    assert stages[1].due == counted
    assert sum(stage.due + sum(second.due for second in stage.settling.values()) for stage in stages) == 1


@given(st.lists(REQUESTS, max_size=100), st.integers(1, 5), st.randoms())
def test_the_requests_of_many_workers_in_any_order_are_those_of_one_process(
    requests: list[Request], workers: int, shuffler: random.Random
) -> None:
    shuffled = shuffler.sample(requests, len(requests))
    split = [shuffled[worker::workers] for worker in range(workers)]
    assert measurement_of(*split).stages == measurement_of(requests).stages


@given(st.lists(REQUESTS, max_size=100))
def test_every_request_due_is_correct_failed_or_dropped(requests: list[Request]) -> None:
    for stage in measurement_of(requests).stages:
        assert stage.due == stage.correct + stage.failed + stage.dropped
        assert len(stage.latencies_s) == stage.correct
        assert len(stage.lateness_s) == stage.due - stage.dropped


@given(st.lists(REQUESTS, min_size=1, max_size=50), st.floats(0, ENDS_S, exclude_max=True), st.data())
def test_moving_a_request_to_another_stage_never_changes_the_totals(
    requests: list[Request], due_s: float, data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(requests) - 1))
    moved = requests[number]
    requests[number] = Request(due_s, due_s + 0.01, due_s + 0.02, moved.outcome)
    totals = [0] * len(Outcome)
    for stage in measurement_of(requests).stages:
        for second in (*stage.seconds.values(), *stage.settling.values()):
            totals = [total + count for total, count in zip(totals, second.counts, strict=True)]
    outcomes = [request.outcome for request in requests]
    assert totals == [outcomes.count(outcome) for outcome in Outcome]


@given(st.lists(REQUESTS, max_size=100))
def test_what_is_known_during_a_run_comes_to_what_is_measured_at_its_end(requests: list[Request]) -> None:
    record = record_of(requests)
    known = record.tally.look(ENDS_S)
    for stage in record.measurement().stages:
        so_far = known[stage.window.name]
        assert (so_far.due, so_far.correct, so_far.failed) == (stage.due, stage.correct, stage.failed)
        assert so_far.slower_than(0.1) == stage.slower_than(0.1)
        assert so_far.measured_s == stage.measured_s


def test_a_request_that_got_no_right_answer_waited_for_ever() -> None:
    stage = measurement_of([correct(3.2), Request(3.4, 3.4, 3.5, Outcome.WRONG_STATUS), correct(5.0)]).stages[1]
    first, second, third, *rest = stage.waits_by_second()
    assert first == pytest.approx([0.1, float("inf")])
    assert second == []
    assert third == pytest.approx([0.1])
    assert len(rest) == 6, "seconds without a request are there as well"


@pytest.mark.parametrize(("percent", "value"), [(50, 50), (99, 99), (99.5, 100), (100, 100), (1, 1), (0.5, 1)])
def test_a_percentile_is_a_value_that_was_seen(percent: float, value: float) -> None:
    assert percentile(range(1, 101), percent) == value


def test_a_percentile_is_not_rounded() -> None:
    """Locust's own would say 100 ms here, and pass a threshold of 100 ms."""
    assert percentile([0.104999] * 100, 99) == 0.104999


def test_there_is_no_percentile_of_nothing() -> None:
    assert percentile([], 99) != percentile([], 99)
