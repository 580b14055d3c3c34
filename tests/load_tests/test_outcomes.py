"""No request is lost: each is counted in the stage in which it was due, even if it never ends."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load_tests.measurement import GeneratorHealth, measure_stages, percentile
from load_tests.outcomes import MOST_DETAILS, OTHER_DETAILS, Outcome, Recorder, Request, RequestLog
from load_tests.timeline import timeline_of
from tests.load_tests.builders import make_scenario

STAGES = [{"name": "a", "rate": "10/s", "for": "10s"}, {"name": "b", "rate": "30/s", "for": "10s"}]
HEALTHY = [GeneratorHealth(0.1)] * 3
TIMELINE = timeline_of(make_scenario(stages=STAGES))


class Clock:
    """A clock that stands where the test puts it."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_request_is_logged_with_when_it_was_due_sent_and_ended() -> None:
    clock = Clock()
    recorder = Recorder(clock)
    clock.now_s = 1.5
    ticket = recorder.sent(due_s=1.0)
    assert recorder.in_flight == 1
    clock.now_s = 3.25
    recorder.ended(ticket, Outcome.CORRECT)
    assert recorder.in_flight == 0
    assert list(recorder.log) == [Request(1.0, 1.5, 3.25, Outcome.CORRECT)]
    assert next(iter(recorder.log)).latency_s == 2.25


def test_a_request_without_an_end_is_unfinished() -> None:
    recorder = Recorder(Clock())
    recorder.sent(due_s=0.0)
    recorder.abandon()
    assert [request.outcome for request in recorder.log] == [Outcome.UNFINISHED]
    assert recorder.in_flight == 0


def test_a_dropped_request_is_logged_as_such() -> None:
    recorder = Recorder(Clock())
    recorder.dropped(due_s=0.0)
    assert [request.outcome for request in recorder.log] == [Outcome.DROPPED]


def test_failures_are_told_apart_in_words() -> None:
    recorder = Recorder(Clock())
    for detail in ("status 503", "status 503", "timeout"):
        recorder.ended(recorder.sent(0.0), Outcome.WRONG_STATUS, detail)
    assert recorder.log.details == {"status 503": 2, "timeout": 1}


def test_kinds_of_failure_are_bounded_in_number() -> None:
    recorder = Recorder(Clock())
    for number in range(MOST_DETAILS + 10):
        recorder.ended(recorder.sent(0.0), Outcome.CONNECTION, f"failure {number}")
    assert len(recorder.log.details) == MOST_DETAILS + 1
    assert recorder.log.details[OTHER_DETAILS] == 10


def test_a_request_counts_in_the_stage_in_which_it_was_due_not_the_one_in_which_it_was_answered() -> None:
    request = Request(due_s=11.9, sent_s=11.9, ended_s=13.5, outcome=Outcome.CORRECT)
    _, a, b = measure_stages(TIMELINE, [request], HEALTHY, ended_s=22)
    assert (a.due, b.due) == (1, 0)
    assert list(a.latencies_s) == pytest.approx([1.6])


@pytest.mark.parametrize(("due_s", "counted"), [(2.5, 0), (2.999, 0), (3.0, 1), (11.999, 1), (12.0, 0)])
def test_what_was_due_while_a_stage_settled_is_left_out(due_s: float, counted: int) -> None:
    stages = measure_stages(TIMELINE, [Request(due_s, due_s, due_s, Outcome.CORRECT)], HEALTHY, ended_s=22)
    assert stages[1].due == counted


@given(st.lists(st.tuples(st.floats(0, 21.99), st.sampled_from(Outcome)), max_size=200), st.randoms())
def test_the_order_in_which_requests_end_changes_nothing(
    ended: list[tuple[float, Outcome]], shuffler: random.Random
) -> None:
    requests = [Request(due_s, due_s, due_s + 0.1, outcome) for due_s, outcome in ended]
    shuffled = shuffler.sample(requests, len(requests))
    assert measure_stages(TIMELINE, requests, HEALTHY, 22) == measure_stages(TIMELINE, shuffled, HEALTHY, 22)


@given(st.lists(st.tuples(st.floats(0, 21.99), st.sampled_from(Outcome)), max_size=200))
def test_every_request_due_is_correct_failed_or_dropped(ended: list[tuple[float, Outcome]]) -> None:
    requests = [Request(due_s, due_s, due_s + 0.1, outcome) for due_s, outcome in ended]
    for stage in measure_stages(TIMELINE, requests, HEALTHY, 22):
        assert stage.due == stage.correct + stage.failed + stage.dropped
        assert len(stage.latencies_s) == stage.correct
        assert len(stage.lateness_s) == stage.due - stage.dropped


def test_a_million_requests_take_25_bytes_each() -> None:
    log = RequestLog()
    assert sum(column.itemsize for column in (log.due_s, log.sent_s, log.ended_s, log.outcome)) == 25


@pytest.mark.parametrize(("percent", "value"), [(50, 50), (99, 99), (99.5, 100), (100, 100), (1, 1), (0.5, 1)])
def test_a_percentile_is_a_value_that_was_seen(percent: float, value: float) -> None:
    assert percentile(range(1, 101), percent) == value


def test_a_percentile_is_not_rounded() -> None:
    """Locust's own would say 100 ms here, and pass a threshold of 100 ms."""
    assert percentile([0.104999] * 100, 99) == 0.104999


def test_there_is_no_percentile_of_nothing() -> None:
    assert percentile([], 99) != percentile([], 99)
