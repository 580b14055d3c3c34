"""Connections are used in turn and replaced at their age, spread evenly in time."""

from typing import Any

import pytest

from load_tests.generator.connections import Connections
from tests.load_tests.builders import Clock


class Session:
    """Stands for Locust's session, whose import patches the standard library."""

    def __init__(self) -> None:
        self.closed = False
        self.client = self.clientpool = self

    def close(self) -> None:
        self.closed = True


def connections(clock: Clock, max_age_s: float | None, lanes: int = 4) -> Any:
    return Connections(Session, lanes, max_age_s, clock)  # type: ignore[arg-type]


def test_sessions_are_used_in_turn() -> None:
    of = connections(Clock(), None)
    assert len({of.next() for _ in range(4)}) == 4
    assert len({of.next() for _ in range(400)}) == 4


def test_without_an_age_no_session_is_replaced() -> None:
    clock = Clock()
    of = connections(clock, None)
    first = [of.next() for _ in range(4)]
    clock.now_s = 1e6
    assert [of.next() for _ in range(4)] == first


@pytest.mark.parametrize(("age_s", "replaced"), [(2.4, 0), (2.6, 1), (5.1, 2), (10.1, 4)])
def test_sessions_reach_their_age_one_after_the_other(age_s: float, replaced: int) -> None:
    clock = Clock()
    of = connections(clock, 10.0)
    first = [of.next() for _ in range(4)]
    clock.now_s = age_s
    second = [of.next() for _ in range(4)]
    assert sum(session.closed for session in first) == replaced == len(set(second) - set(first))


def test_a_session_that_timed_out_is_not_used_again() -> None:
    of = connections(Clock(), None)
    hung = of.next()
    of.discard(hung)
    of.discard(hung)
    assert hung.closed
    assert hung not in {of.next() for _ in range(4)}
