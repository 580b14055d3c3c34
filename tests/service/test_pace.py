"""What to expect of a prediction is learnt from those before."""

import pytest

from service.pace import Pace


def test_the_first_is_expected_to_take_as_long_as_told() -> None:
    assert Pace(0.02).expected_s(records=3) == pytest.approx(0.06)


def test_a_pace_that_changes_is_followed() -> None:
    pace = Pace(0.0)
    for _ in range(50):
        pace.note(1.0, records=10)
    assert pace.expected_s(records=1) == pytest.approx(0.1, rel=0.01)


def test_one_that_was_held_up_does_not_count_for_much() -> None:
    pace = Pace(0.001)
    pace.note(0.011, records=1)
    assert pace.expected_s(records=1) == pytest.approx(0.002)
