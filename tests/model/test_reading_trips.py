"""Reading trips: every row is cleaned and counted, whatever pieces the file is read in."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model.sampling import UniformSample, row_hash
from model.taxi_fare.reading import FOLDS, Trips, baseline_columns_of, fold_of, read_trips
from model.taxi_fare.synthetic import synthesise
from model.taxi_fare.training import Recipe

GOOD = {
    "fare_amount": 9.5,
    "pickup_datetime": "2013-07-06 17:18:00 UTC",
    "pickup_longitude": -73.95,
    "pickup_latitude": 40.78,
    "dropoff_longitude": -73.98,
    "dropoff_latitude": 40.76,
    "passenger_count": 1,
}
OUTSIDE = "outside -74.3 to -73.4 degrees east, 40.4 to 41.1 degrees north"


@pytest.fixture(scope="module")
def trips_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of 3,000 synthetic trips."""
    path = tmp_path_factory.mktemp("trips") / "trips.csv"
    synthesise(3_000, np.random.default_rng(3)).to_csv(path, index=False)
    return path


def read_rows(tmp_path: Path, *changes: dict[str, object]) -> Trips:
    """Read a file of good rows and one changed row for every change."""
    rows = [GOOD] * 60 + [GOOD | change for change in changes]
    pd.DataFrame(rows).to_csv(tmp_path / "rows.csv", index=False)
    return read_trips(tmp_path / "rows.csv", sample_size=100, seed=0)


@pytest.mark.parametrize("rows_per_piece", [1, 7, 1_000, 2_999])
def test_pieces_do_not_matter(trips_csv: Path, rows_per_piece: int) -> None:
    if rows_per_piece == 1:
        short = trips_csv.with_name("short.csv")
        short.write_text("".join(trips_csv.read_text().splitlines(keepends=True)[:201]))
        trips_csv = short
    whole = read_trips(trips_csv, sample_size=150, seed=5)
    pieces = read_trips(trips_csv, sample_size=150, seed=5, rows_per_piece=rows_per_piece)
    assert (pieces.read, pieces.kept, pieces.dropped) == (whole.read, whole.kept, whole.dropped)
    pd.testing.assert_frame_equal(pieces.sample, whole.sample)
    pd.testing.assert_series_equal(pieces.lowest, whole.lowest)
    pd.testing.assert_series_equal(pieces.highest, whole.highest)
    np.testing.assert_allclose(pieces.baseline.weights(), whole.baseline.weights(), rtol=1e-9)


def test_the_baseline_is_least_squares_on_every_row_kept_not_only_on_the_sample(trips_csv: Path) -> None:
    all_rows = read_trips(trips_csv, sample_size=10_000, seed=5)
    columns, fares = baseline_columns_of(all_rows.sample), all_rows.sample["fare_amount"].to_numpy()
    sampled = read_trips(trips_csv, sample_size=100, seed=5)
    expected, *_ = np.linalg.lstsq(columns, fares, rcond=None)
    np.testing.assert_allclose(sampled.baseline.weights(), expected, rtol=1e-9)
    assert sampled.baseline.rows == sampled.kept == len(fares)
    fold = fold_of(all_rows.sample.index.to_numpy(), 5)
    for number in range(FOLDS):
        expected, *_ = np.linalg.lstsq(columns[fold != number], fares[fold != number], rcond=None)
        np.testing.assert_allclose(sampled.baseline.weights_without(number), expected, rtol=1e-9)


def test_a_row_is_never_predicted_by_a_baseline_that_has_seen_its_fold(trips_csv: Path) -> None:
    trips = read_trips(trips_csv, sample_size=10_000, seed=5)
    columns, fold = baseline_columns_of(trips.sample), fold_of(trips.sample.index.to_numpy(), 5)
    predicted = trips.baseline.held_out(columns, fold)
    for number in range(FOLDS):
        expected = columns[fold == number] @ trips.baseline.weights_without(number)
        np.testing.assert_allclose(predicted[fold == number], expected)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"fare_amount": None}, "a value is missing or not a number"),
        ({"pickup_datetime": "yesterday"}, "a value is missing or not a number"),
        ({"pickup_longitude": "west"}, "a value is missing or not a number"),
        ({"dropoff_latitude": 0.0}, "a coordinate is zero"),
        ({"pickup_longitude": 40.78, "pickup_latitude": -73.95}, "longitude and latitude swapped"),
        ({"dropoff_longitude": -74.31}, OUTSIDE),
        ({"pickup_latitude": 41.11}, OUTSIDE),
        ({"pickup_longitude": -748.0}, OUTSIDE),
        ({"dropoff_longitude": -73.95, "dropoff_latitude": 40.78}, "pickup and dropoff are the same point"),
        ({"fare_amount": 2.49}, "fare outside 2.5-250 USD"),
        ({"fare_amount": 250.01}, "fare outside 2.5-250 USD"),
        ({"passenger_count": 0}, "passengers outside 1-6"),
        ({"passenger_count": 7}, "passengers outside 1-6"),
        ({"passenger_count": 1.5}, "passengers outside 1-6"),
    ],
)
def test_what_cannot_be_a_trip_is_dropped_for_its_reason(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    trips = read_rows(tmp_path, change)
    assert (trips.read, trips.kept) == (61, 60)
    assert [part.reason for part in trips.dropped if part.rows] == [reason]


@pytest.mark.parametrize(
    "change",
    [
        {"fare_amount": 2.5},
        {"fare_amount": 250.0},
        {"passenger_count": 6},
        {"dropoff_longitude": -74.3},
        {"pickup_latitude": 41.1},
        {"pickup_datetime": "2013-07-06 17:18:00"},
    ],
)
def test_what_can_be_a_trip_is_kept(tmp_path: Path, change: dict[str, object]) -> None:
    assert read_rows(tmp_path, change).kept == 61


def test_a_row_counts_for_one_reason_only(tmp_path: Path) -> None:
    trips = read_rows(tmp_path, {"fare_amount": -1, "passenger_count": 0, "pickup_latitude": 0})
    assert sum(part.rows for part in trips.dropped) == 1


def test_a_sample_is_as_large_as_allowed_and_uniform() -> None:
    """Over many seeds every row is in the sample equally often, the first and the last alike."""
    rows = pd.DataFrame({"value": range(100)})
    pieces = [rows[start : start + 9] for start in range(0, 100, 9)]
    times_sampled = np.zeros(100)
    for seed in range(2_000):
        sample = UniformSample(10, seed)
        for piece in pieces:
            sample.add(piece)
        chosen = sample.rows()
        assert len(chosen) == 10
        times_sampled[chosen.index] += 1
    # Each count is binomial(2000, 0.1): mean 200, standard deviation 13.4; five of those are never seen by chance.
    assert np.abs(times_sampled - 200).max() < 67


def test_a_sample_never_holds_more_than_twice_its_size_and_a_piece() -> None:
    sample = UniformSample(10, 0)
    for start in range(0, 1_000, 5):
        sample.add(pd.DataFrame({"value": range(5)}, index=range(start, start + 5)))
        assert sum(len(piece) for piece in sample._pieces) <= 20


def test_folds_are_even_and_independent_of_the_sample() -> None:
    rows = np.arange(100_000)
    sampled = np.argsort(row_hash(rows, 7))[:20_000]
    for chosen in (rows, sampled):
        shares = np.bincount(fold_of(chosen, 7), minlength=FOLDS) / len(chosen)
        np.testing.assert_allclose(shares, 0.2, atol=0.012)


def test_the_card_says_what_was_sampled(trips_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.taxi_fare.training.SAMPLE_ROWS", 500)
    table = Recipe().read(trips_csv)
    assert table.rows.trained == len(table.features) == 500
    assert "uniform random sample of 500" in table.rows.sampling
    monkeypatch.setattr("model.taxi_fare.training.SAMPLE_ROWS", 5_000)
    assert Recipe().read(trips_csv).rows.sampling == "all rows kept"
