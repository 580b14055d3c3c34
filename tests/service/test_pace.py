"""What to expect of a prediction is learnt from those before."""

import pytest

from service.pace import DOUBT, BatchPace, Pace


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


def test_a_doubted_expectation_fades() -> None:
    pace = Pace(1.0)
    pace.doubt()
    assert pace.expected_s(records=1) == pytest.approx(DOUBT)


def _takes_s(records: int) -> float:
    return 100e-6 + 5e-6 * records


def test_what_a_call_costs_beside_its_records_makes_small_batches_no_measure_for_large_ones() -> None:
    pace = BatchPace(0.0)
    for size in (1000, 1):
        for _ in range(1000):
            pace.note(_takes_s(size), size, size)
    for records in (1, 1000):
        assert pace.expected_s(records) == pytest.approx(_takes_s(records))


def test_a_size_that_never_came_is_expected_to_take_as_much_a_record_as_the_next_smaller_one() -> None:
    pace = BatchPace(0.0)
    for size in (1, 100, 1000):
        pace.note(_takes_s(size), size, size)
    assert pace.expected_s(400) == pytest.approx(pace.expected_s(100) * 4)
    assert [pace.knows(size) for size in (400, 100)] == [False, True]


def test_a_size_below_all_that_came_is_expected_to_take_as_much_a_record_as_the_smallest() -> None:
    pace = BatchPace(0.0)
    pace.note(_takes_s(1000), 1000, 1000)
    assert pace.expected_s(10) == pytest.approx(pace.expected_s(1000) / 100)


def test_the_first_batch_is_expected_to_take_as_long_as_told() -> None:
    assert BatchPace(0.02).expected_s(3) == pytest.approx(0.06)
    assert BatchPace(0.02).knows(3)


def test_a_batch_that_is_computed_in_slices_teaches_what_to_expect_of_its_own_size() -> None:
    pace = BatchPace(0.0)
    for _ in range(200):
        pace.note(1.0, 100, size=1000)
    assert pace.expected_s(1000) == pytest.approx(10.0, rel=0.01)


def test_a_size_that_is_always_refused_is_tried_in_the_end() -> None:
    pace = BatchPace(0.002)
    pace.note(2.0, 1000, 1000)
    refusals = 0
    while pace.expected_s(1000) > 1.0:
        pace.doubt(1000)
        refusals += 1
    assert refusals == 69
