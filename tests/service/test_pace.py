"""What to expect of a prediction is learnt from those before."""

import pytest

from service.pace import Pace


def test_the_first_is_expected_to_take_as_long_as_told() -> None:
    assert Pace(0.02).expected_s(records=3) == pytest.approx(0.06)


def test_a_pace_that_changes_is_followed() -> None:
    pace = Pace(0.0)
    for _ in range(100):
        pace.note(1.0, records=10)
    assert pace.expected_s(records=1) == pytest.approx(0.1, rel=0.01)


@pytest.mark.parametrize("held_up_s", [0.011, 5.0])
def test_one_that_was_held_up_counts_for_a_tenth_more_however_long_that_was(held_up_s: float) -> None:
    pace = Pace(0.001)
    pace.note(held_up_s, records=1)
    assert pace.expected_s(records=1) == pytest.approx(0.0011)


def test_the_first_prediction_of_an_unknown_model_tells_a_long_one_from_a_short_one() -> None:
    pace = Pace(0.0)
    pace.note(0.1, records=1)
    assert pace.expected_s(records=1) == pytest.approx(0.01)
