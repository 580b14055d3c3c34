"""Which part of the load a new pod gets, and from when on."""

import pytest

from load_tests.planning.turns import Turns


def shares(age_s: float, after_steps: int) -> tuple[float, float]:
    """Parts of the load that an old pod and each of three new ones get, so many half seconds after they were ready."""
    turns = Turns(age_s, step_s=0.5, ready=1)
    for _ in range(7):
        turns.advance(1)
    ready = turns.now
    for _ in range(after_steps):
        turns.advance(4)
    old, new = turns.share(float("-inf")), turns.share(ready)
    return old / (old + 3 * new), new / (old + 3 * new)


def test_without_connections_that_last_new_pods_have_their_part_at_once() -> None:
    assert shares(0, 0) == (0.25, 0.25)


@pytest.mark.parametrize(("after_steps", "new"), [(0, 0), (1, 1 / 16), (2, 1 / 8), (3, 3 / 16), (4, 1 / 4), (9, 1 / 4)])
def test_with_connections_of_two_seconds_a_quarter_of_them_chooses_anew_each_half_second(
    after_steps: int, new: float
) -> None:
    assert shares(2, after_steps) == pytest.approx((1 - 3 * new, new))
