"""No request is lost: each is noted when it leaves, and handed on once, whatever becomes of it."""

from load_tests.generator.batch import Batch
from load_tests.recording.outcomes import MOST_DETAILS, OTHER_DETAILS, Outcome, Recorder, Request, RequestLog
from tests.load_tests.builders import Clock


def recorder_at(clock: Clock) -> tuple[Recorder, RequestLog]:
    log = RequestLog()
    return Recorder(clock, log), log


def test_a_request_is_logged_with_when_it_was_due_sent_and_ended() -> None:
    clock = Clock()
    recorder, log = recorder_at(clock)
    clock.now_s = 1.5
    ticket = recorder.sent(due_s=1.0)
    assert recorder.in_flight == 1
    clock.now_s = 3.25
    recorder.ended(ticket, Outcome.CORRECT)
    assert recorder.in_flight == 0
    assert list(log) == [Request(1.0, 1.5, 3.25, Outcome.CORRECT)]


def test_a_request_without_an_end_is_unfinished() -> None:
    recorder, log = recorder_at(Clock())
    recorder.sent(due_s=0.0)
    recorder.abandon()
    assert [request.outcome for request in log] == [Outcome.UNFINISHED]
    assert recorder.in_flight == 0


def test_an_answer_that_comes_after_the_run_gave_up_changes_nothing() -> None:
    recorder, log = recorder_at(Clock())
    ticket = recorder.sent(due_s=0.0)
    recorder.abandon()
    recorder.ended(ticket, Outcome.CORRECT)
    assert [request.outcome for request in log] == [Outcome.UNFINISHED]


def test_a_dropped_request_is_logged_as_such() -> None:
    recorder, log = recorder_at(Clock())
    recorder.dropped(due_s=0.0)
    assert [request.outcome for request in log] == [Outcome.DROPPED]


def test_the_recorder_knows_how_late_the_latest_request_left() -> None:
    clock = Clock()
    recorder, _ = recorder_at(clock)
    for clock.now_s, due_s in ((1.0, 0.9), (2.0, 1.5), (3.0, 2.9)):
        recorder.sent(due_s)
    assert recorder.latest_s == 0.5


def test_failures_are_told_apart_in_words() -> None:
    recorder, _ = recorder_at(Clock())
    for detail in ("status 503", "status 503", "timeout"):
        recorder.ended(recorder.sent(0.0), Outcome.WRONG_STATUS, detail)
    assert recorder.details == {"status 503": 2, "timeout": 1}


def test_kinds_of_failure_are_bounded_in_number() -> None:
    recorder, _ = recorder_at(Clock())
    for number in range(MOST_DETAILS + 10):
        recorder.ended(recorder.sent(0.0), Outcome.CONNECTION, f"failure {number}")
    assert len(recorder.details) == MOST_DETAILS + 1
    assert recorder.details[OTHER_DETAILS] == 10


def test_a_request_travels_in_27_bytes() -> None:
    log = RequestLog()
    log.append(1.0, 1.5, 3.25, Outcome.CORRECT, server=1)
    batch = Batch(log)
    assert sum(map(len, batch.pack()["requests"])) == 27
