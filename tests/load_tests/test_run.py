"""A run is over when its last answer is in, and knows when its own generator lost something."""

from itertools import islice

import pytest

from load_tests.outcomes import Outcome
from load_tests.payloads.deck import Deck, Payload
from load_tests.run import GRACE_S, LoadRun
from tests.load_tests.builders import CLOSED_LOAD, make_scenario
from tests.load_tests.test_outcomes import Clock

DECK = Deck((Payload(b"{}", 200),), "charges")
CLOSED = {"load": CLOSED_LOAD, "stages": [{"name": "five", "users": 5, "each": "1/s", "for": "32s"}]}


def run_at(clock: Clock, **changes: object) -> LoadRun:
    return LoadRun(make_scenario(**changes), DECK, clock=clock, cpu_clock=Clock())


def offer_everything(run: LoadRun, clock: Clock) -> None:
    for due_s in run.open_arrivals():
        clock.now_s = due_s
        run.recorder.ended(run.recorder.sent(due_s), Outcome.CORRECT)
    run.all_offered = True


def test_a_run_is_over_at_the_end_of_its_timeline_if_nothing_is_in_flight() -> None:
    clock = Clock()
    run = run_at(clock)
    offer_everything(run, clock)
    assert not run.over
    clock.now_s = 13.0
    assert run.over


def test_a_run_waits_for_what_is_in_flight_up_to_the_timeout() -> None:
    clock = Clock()
    run = run_at(clock)
    offer_everything(run, clock)
    run.recorder.sent(12.9)
    clock.now_s = 13.0 + 2.0
    assert not run.over
    clock.now_s += GRACE_S
    assert run.over
    [*_, last] = run.recorder.log
    assert last.outcome is Outcome.CORRECT
    measurement = run.measurement()
    assert measurement.stages[-1].outcomes[Outcome.UNFINISHED] == 1


def test_a_complete_run_ends_with_its_timeline() -> None:
    clock = Clock()
    run = run_at(clock)
    offer_everything(run, clock)
    clock.now_s = 14.0
    measurement = run.measurement()
    assert measurement.ended_s == 13.0
    assert measurement.generator_errors == ()
    assert measurement.stages[-1].measured_s == 10.0


def test_a_run_that_is_stopped_remembers_when() -> None:
    clock = Clock()
    run = run_at(clock)
    clock.now_s = 6.0
    run.stop_offering()
    clock.now_s = 8.0
    measurement = run.measurement()
    assert measurement.ended_s == 6.0
    assert measurement.stages[-1].measured_s == 3.0


def test_requests_that_were_due_and_never_offered_are_found_out() -> None:
    clock = Clock()
    run = run_at(clock)
    due = len(list(run.open_arrivals()))
    for due_s in islice(run.open_arrivals(), due - 3):
        run.recorder.dropped(due_s)
    clock.now_s = 13.0
    assert run.measurement().generator_errors == (f"3 of {due} requests were due and never offered",)


def test_closed_users_are_not_held_against_a_schedule() -> None:
    clock = Clock()
    run = run_at(clock, **CLOSED)
    clock.now_s = 34.0
    assert run.over
    assert run.measurement().generator_errors == ()


def test_closed_users_do_not_march_in_step() -> None:
    run = run_at(Clock(), **CLOSED)
    first_due_s = [run.new_user().next_due_s(0.0) for _ in range(5)]
    assert len(set(first_due_s)) == 5
    assert all(0 <= due_s < 1 for due_s in first_due_s)


def test_the_generators_cpu_share_is_the_mean_over_the_judged_time() -> None:
    clock, cpu_clock = Clock(), Clock()
    run = LoadRun(make_scenario(), DECK, clock=clock, cpu_clock=cpu_clock)
    for second, share in enumerate([0.0, 1.0, 1.0, *[0.5] * 10]):
        clock.now_s, cpu_clock.now_s = second, cpu_clock.now_s + share
        run.cpu.sample()
    clock.now_s = 13.0
    assert run.measurement().stages[-1].generator.cpu_share == pytest.approx(0.5)


def test_a_pause_after_a_run_was_stopped_is_none_of_the_run() -> None:
    """Locust itself pauses for some 40 ms when it is told to stop."""
    clock = Clock()
    run = run_at(clock)
    clock.now_s = 6.0
    run.stop_offering()
    run.pauses.note(5.98, 6.5)
    assert run.measurement().stages[-1].generator.pauses_s == ()


def test_the_generators_pauses_are_counted_in_the_judged_time_they_fall_into() -> None:
    clock = Clock()
    run = run_at(clock)
    run.pauses.note(2.0, 2.021)  # as long as it meant to sleep, and no matter what is below 5 ms
    run.pauses.note(2.5, 3.5)
    run.pauses.note(5.0, 5.12)
    clock.now_s = 13.0
    assert run.measurement().stages[-1].generator.pauses_s == pytest.approx((0.5, 0.1))
