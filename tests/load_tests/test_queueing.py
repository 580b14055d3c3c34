"""Theory and a virtual clock agree on how long requests wait, and on what closed users never see."""

import heapq
from fractions import Fraction
from itertools import count, pairwise, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load_tests.judging.measurement import percentile
from load_tests.null_responder import SingleServer
from load_tests.queueing import (
    ClosedUsers,
    dd1_latency_s,
    latencies_s,
    md1_latency_s,
    md1_waits_at_most,
    utilisation,
)
from load_tests.specification.arrivals import PacedUser, open_arrivals
from load_tests.specification.timeline import Timeline, timeline_of
from tests.load_tests.builders import CLOSED_LOAD, OPEN_LOAD, make_scenario

SERVICE_S = 0.04
ARRIVALS = 200_000
ROUNDING_S = 1e-9
some_arrivals = st.lists(st.floats(0, 100), min_size=1, max_size=50).map(sorted)
service_times_s = st.floats(1e-3, 10)
stable_utilisations = st.floats(0.05, 0.9)


def drawn_due_s(arrivals: str, rate_rps: float, requests: int) -> list[float]:
    """Due times as a run of a scenario draws them."""
    stages = [{"rate": f"{rate_rps}/s", "for": f"{requests / rate_rps:.6f}s"}]
    scenario = make_scenario(stages=stages, load=OPEN_LOAD | {"warmup": "0s", "arrivals": arrivals})
    return list(open_arrivals(scenario, timeline_of(scenario)))


@pytest.mark.parametrize("rho", [0.3, 0.5, 0.7, 0.8])
@pytest.mark.parametrize(("percent", "tolerance"), [(50, 0.01), (90, 0.02), (99, 0.05)])
def test_poisson_arrivals_wait_as_long_as_erlang_says(rho: float, percent: float, tolerance: float) -> None:
    """The tolerances are what the luck of 200,000 arrivals, of which those close together wait alike, leaves."""
    rate_rps = rho / SERVICE_S
    rising_s = sorted(latencies_s(drawn_due_s("open", rate_rps, ARRIVALS), SERVICE_S))
    assert len(rising_s) == pytest.approx(ARRIVALS, rel=0.01)
    expected_s = md1_latency_s(percent / 100, rate_rps, SERVICE_S)
    assert percentile(rising_s, percent) == pytest.approx(expected_s, rel=tolerance)


@pytest.mark.parametrize("rho", [0.2, 0.99])
def test_even_arrivals_do_not_wait_for_a_server_that_keeps_up(rho: float) -> None:
    due_s = drawn_due_s("uniform", rho / SERVICE_S, 1000)
    assert list(latencies_s(due_s, SERVICE_S)) == pytest.approx([SERVICE_S] * len(due_s))
    assert dd1_latency_s(1000, rho / SERVICE_S, SERVICE_S) == SERVICE_S


def test_even_arrivals_wait_ever_longer_for_a_server_that_is_too_slow() -> None:
    """At 125 %, a request every 32 ms of 40 ms each: 8 ms more for each."""
    due_s = drawn_due_s("uniform", 1.25 / SERVICE_S, 1000)
    predicted_s = [dd1_latency_s(number, 1.25 / SERVICE_S, SERVICE_S) for number in range(len(due_s))]
    assert predicted_s[:3] == pytest.approx([0.040, 0.048, 0.056])
    assert list(latencies_s(due_s, SERVICE_S)) == pytest.approx(predicted_s)


def test_a_known_value_of_the_99th_percentile() -> None:
    assert md1_latency_s(0.99, rate_rps=5, service_s=0.03174) == pytest.approx(0.070, abs=0.001)


@pytest.mark.parametrize(("wait", "expected"), [(0.0, 0.5), (1.0, 0.824361), (2.0, 0.946960)])
def test_known_shares_of_those_who_wait(wait: float, expected: float) -> None:
    """At ρ = 0.5: 0.5, 0.5·√e and 0.5·(e − √e/2), worked out by hand from the formula."""
    assert md1_waits_at_most(wait * SERVICE_S, 0.5 / SERVICE_S, SERVICE_S) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("rho", [0.5, 0.95])
@pytest.mark.parametrize("services", [50, 200])
def test_terms_that_cancel_cost_no_digits(rho: float, services: int) -> None:
    """The tail falls by the same factor with each service time; in floating point it would be noise."""
    waits = [
        1 - md1_waits_at_most(wait * SERVICE_S, rho / SERVICE_S, SERVICE_S)
        for wait in (services / 10, services / 10 + 1, services / 10 + 2)
    ]
    first, second = (later / earlier for earlier, later in pairwise(waits))
    assert 0 < first < 1
    assert second == pytest.approx(first, rel=0.001)
    assert 0 <= md1_waits_at_most(services * SERVICE_S, rho / SERVICE_S, SERVICE_S) <= 1


@given(stable_utilisations, service_times_s, st.floats(0, 0.999))
def test_the_quantile_is_where_the_share_is_reached(rho: float, service_s: float, share: float) -> None:
    rate_rps = rho / service_s
    latency_s = md1_latency_s(share, rate_rps, service_s)
    assert latency_s >= service_s
    assert md1_waits_at_most(latency_s - service_s, rate_rps, service_s) == pytest.approx(max(share, 1 - rho), abs=1e-6)


@given(stable_utilisations, st.floats(0.5, 0.99), service_times_s)
def test_waiting_scales_with_the_service_time(rho: float, share: float, service_s: float) -> None:
    assert md1_latency_s(share, rho / service_s, service_s) == pytest.approx(
        service_s * md1_latency_s(share, rho, 1.0), rel=1e-6
    )


@pytest.mark.parametrize("rho", [0.0, 1.0, 1.2])
def test_a_server_that_cannot_keep_up_has_no_quantile(rho: float) -> None:
    with pytest.raises(ValueError, match="no steady state"):
        md1_latency_s(0.5, rho, 1.0)
    assert utilisation(rho, 1.0) == rho


@pytest.mark.parametrize("share", [-0.1, 1.0, 99.0])
def test_a_share_of_all_requests_has_no_quantile(share: float) -> None:
    with pytest.raises(ValueError, match="not a share"):
        md1_latency_s(share, 0.5, 1.0)


def test_nobody_waits_less_than_nothing() -> None:
    assert md1_waits_at_most(-0.001, 5, 0.03) == 0


@given(some_arrivals, service_times_s)
def test_lindley_agrees_with_a_server_that_looks_at_its_clock(due_s: list[float], service_s: float) -> None:
    server = SingleServer(service_s)
    by_clock_s = [server.ends_s(at_s) - at_s for at_s in due_s]
    assert list(latencies_s(due_s, service_s)) == pytest.approx(by_clock_s)


@given(some_arrivals, st.fractions(Fraction(1, 100), 10))
def test_requests_end_in_their_order_and_at_least_a_service_time_apart(due_s: list[float], service: Fraction) -> None:
    ends_s = [at_s + waited_s for at_s, waited_s in zip(due_s, latencies_s(due_s, float(service)), strict=True)]
    assert all(later - earlier >= float(service) - 1e-6 for earlier, later in pairwise(ends_s))


def closed_requests(timeline: Timeline, users: int, seed: int) -> list[tuple[float, float]]:
    """When closed users ask of one server, and for how long they wait, on a virtual clock; seconds."""
    server = SingleServer(SERVICE_S)
    schedules = [PacedUser(timeline, number, seed) for number in range(users)]
    asking = [(schedule.next_due_s(0.0), number) for number, schedule in enumerate(schedules)]
    heapq.heapify(asking)
    asked: list[tuple[float, float]] = []
    while asking[0][0] < timeline.ends_s:
        due_s, number = asking[0]
        ends_s = server.ends_s(due_s)
        asked.append((due_s, ends_s - due_s))
        heapq.heapreplace(asking, (schedules[number].next_due_s(ends_s), number))
    return asked


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("each_rps", [2.0, 4.0, 5.0, 6.0, 9.0])
def test_closed_users_never_see_a_longer_queue_than_themselves(each_rps: float, seed: int) -> None:
    """Five users of 40 ms each: beyond 5/s each they give way, and then each of them always meets all others."""
    stages = [{"users": 5, "each": f"{each_rps}/s", "for": "60s"}]
    timeline = timeline_of(make_scenario(stages=stages, load=CLOSED_LOAD | {"warmup": "0s"}))
    closed = ClosedUsers(5, each_rps, SERVICE_S)
    asked_s = [waited_s for due_s, waited_s in closed_requests(timeline, 5, seed) if due_s >= 10]
    assert closed.give_way == (each_rps > 5)
    assert closed.least_latency_s == pytest.approx(0.2 if each_rps > 5 else 0.04)
    assert len(asked_s) == pytest.approx(closed.asked_rps * 50, abs=5)
    assert min(asked_s) >= closed.least_latency_s - ROUNDING_S
    assert max(asked_s) <= closed.most_latency_s + ROUNDING_S


def test_closed_users_at_the_same_rate_report_a_fraction_of_what_open_arrivals_wait() -> None:
    closed = ClosedUsers(users=5, each_rps=0.9 / SERVICE_S / 5, service_s=SERVICE_S)
    assert closed.asked_rps * SERVICE_S == pytest.approx(0.9)
    assert closed.most_latency_s < md1_latency_s(0.99, 0.9 / SERVICE_S, SERVICE_S) / 4


def test_a_bounded_wait_needs_users_who_wait() -> None:
    """What open arrivals wait at 125 % passes, within a second, all that five closed users can report."""
    grown = takewhile(lambda number: number / (1.25 / SERVICE_S) < 1, count())
    latest_s = dd1_latency_s(max(grown), 1.25 / SERVICE_S, SERVICE_S)
    assert latest_s > ClosedUsers(5, 0.25 / SERVICE_S, SERVICE_S).most_latency_s
