"""A process offers its share of a run and knows when it is done; a record knows when its own side lost something."""

from collections.abc import Iterator
from itertools import islice

import pytest

from load_tests.generator.run import LoadRun, Share
from load_tests.judging.record import RunRecord
from load_tests.payloads.deck import Deck, Payload
from load_tests.recording.generator_health import Generator
from load_tests.recording.outcomes import Outcome
from load_tests.specification.arrivals import open_arrivals
from load_tests.specification.offered_load import GRACE_S
from tests.load_tests.builders import CLOSED_LOAD, Clock, make_scenario

DECK = Deck(tuple(Payload(b"%d" % number, 200) for number in range(7)), "charges")
CLOSED = {"load": CLOSED_LOAD, "stages": [{"name": "five", "users": 5, "each": "1/s", "for": "32s"}]}


def alone_at(clock: Clock, **changes: object) -> tuple[LoadRun, RunRecord]:
    """A run in one process, and its record."""
    scenario = make_scenario(**changes)
    record = RunRecord(scenario, clock)
    record.generators.append(Generator("the generator"))
    run = LoadRun(scenario, DECK, record.tally, record.generators[0], now_s=clock, cpu_clock=Clock())
    return run, record


def share_of(number: int, of: int, **changes: object) -> LoadRun:
    """A worker's part of a run."""
    scenario = make_scenario(**changes)
    record = RunRecord(scenario, Clock())
    return LoadRun(scenario, DECK, record.tally, Generator("worker"), share=Share(number, of), now_s=Clock())


def schedule(run: LoadRun) -> Iterator[tuple[int, float]]:
    taken = run.take_schedule()
    assert taken is not None
    return taken


def offer_everything(run: LoadRun, clock: Clock) -> None:
    for _, due_s in schedule(run):
        clock.now_s = due_s
        run.recorder.ended(run.recorder.sent(due_s), Outcome.CORRECT)
    run.all_offered = True


def test_a_run_is_over_at_the_end_of_its_timeline_if_nothing_is_in_flight() -> None:
    clock = Clock()
    run, _ = alone_at(clock)
    offer_everything(run, clock)
    assert not run.over
    clock.now_s = 13.0
    assert run.over


def test_a_run_waits_for_what_is_in_flight_up_to_the_timeout() -> None:
    clock = Clock()
    run, record = alone_at(clock)
    offer_everything(run, clock)
    run.recorder.sent(12.9)
    clock.now_s = 13.0 + 2.0
    assert not run.over
    clock.now_s += GRACE_S
    assert run.over
    run.recorder.abandon()
    assert record.measurement().stages[-1].counts.of(Outcome.UNFINISHED) == 1


def test_a_run_that_was_stopped_is_over_when_its_last_answer_is_in() -> None:
    clock = Clock()
    run, _ = alone_at(clock)
    ticket = run.recorder.sent(0.0)
    clock.now_s = 6.0
    run.stop_offering()
    clock.now_s = 7.0
    assert not run.over
    run.recorder.ended(ticket, Outcome.CORRECT)
    assert run.over


def test_a_complete_run_ends_with_its_timeline() -> None:
    clock = Clock()
    run, record = alone_at(clock)
    offer_everything(run, clock)
    clock.now_s = 14.0
    measurement = record.measurement()
    assert measurement.ended_s == 13.0
    assert measurement.generator_errors == ()
    assert measurement.stages[-1].measured_s == 10.0


def test_a_run_that_is_stopped_remembers_when() -> None:
    clock = Clock()
    _, record = alone_at(clock)
    clock.now_s = 6.0
    record.stop_offering()
    clock.now_s = 8.0
    measurement = record.measurement()
    assert measurement.ended_s == 6.0
    assert measurement.stages[-1].measured_s == 3.0


def test_requests_that_were_due_and_never_offered_are_found_out() -> None:
    clock = Clock()
    run, record = alone_at(clock)
    due = sum(1 for _ in open_arrivals(run.scenario, run.timeline))
    for _, due_s in islice(schedule(run), due - 3):
        run.recorder.dropped(due_s)
    clock.now_s = 13.0
    assert record.measurement().generator_errors == (f"{due} requests were due, and {due - 3} are accounted for",)


def test_closed_users_are_not_held_against_a_schedule() -> None:
    clock = Clock()
    run, record = alone_at(clock, **CLOSED)
    clock.now_s = 34.0
    assert run.over
    assert record.measurement().generator_errors == ()


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_the_shares_of_all_workers_are_the_requests_of_one_process(workers: int) -> None:
    """Due times, numbers and payloads: the service cannot tell how many processes there are."""
    whole = list(schedule(share_of(0, 1)))
    shares = [list(schedule(share_of(number, workers))) for number in range(workers)]
    assert sorted(request for share in shares for request in share) == whole
    assert {share[0] for share in shares} == set(whole[:workers]), "each worker has requests of its own"


def test_a_request_has_the_same_payload_whoever_sends_it() -> None:
    assert share_of(1, 3).payload(100) == share_of(0, 1).payload(100)


def test_a_worker_offers_its_share_once() -> None:
    """Locust starts a dispatcher again where it wants to make up for a worker that was lost."""
    run = share_of(0, 2)
    assert run.take_schedule() is not None
    assert run.take_schedule() is None


def test_workers_share_the_cap_on_requests_in_flight() -> None:
    assert [share_of(0, of).most_in_flight for of in (1, 2, 3)] == [1000, 500, 334]


def test_closed_users_have_numbers_of_their_own_over_all_workers_and_leave_them_to_those_who_come_next() -> None:
    first, second = share_of(0, 2, **CLOSED), share_of(1, 2, **CLOSED)
    users = [first.new_user(), second.new_user(), first.new_user(), second.new_user(), first.new_user()]
    assert [user.number for user in users] == [0, 1, 2, 3, 4]
    first.user_left(users[2])
    assert first.new_user().number == 2
    assert first.new_user().number == 6


def test_a_pause_after_a_run_was_stopped_is_none_of_the_run() -> None:
    """Locust itself pauses for some 40 ms when it is told to stop."""
    clock = Clock()
    _, record = alone_at(clock)
    clock.now_s = 6.0
    record.stop_offering()
    record.generators[0].pauses.note(5.98, 6.5)
    assert record.measurement().stages[-1].generators[0].pauses_s == ()


def test_the_generators_pauses_are_counted_in_the_judged_time_they_fall_into() -> None:
    clock = Clock()
    _, record = alone_at(clock)
    pauses = record.generators[0].pauses
    pauses.note(2.0, 2.021)  # as long as it meant to sleep, and no matter what is below 5 ms
    pauses.note(2.5, 3.5)
    pauses.note(5.0, 5.12)
    clock.now_s = 13.0
    assert record.measurement().stages[-1].generators[0].pauses_s == pytest.approx((0.5, 0.1))
