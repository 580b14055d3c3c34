"""Encoding: one definition of the features, whether rows come singly, in batches or as columns of a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.insurance_charges import features as insurance
from model.insurance_charges.schema import REGIONS, SEXES, InsuranceRecord
from model.insurance_charges.training import columns as insurance_columns
from model.recipe import TrainingRecipe
from model.serving import OnnxRegressionModel
from model.taxi_fare import features as taxi
from model.taxi_fare.reading import read_trips
from model.taxi_fare.schema import LATITUDE_DEG, LONGITUDE_DEG, TripRecord
from model.taxi_fare.training import columns as trip_columns

LONGITUDES = st.floats(LONGITUDE_DEG.low, LONGITUDE_DEG.high)
LATITUDES = st.floats(LATITUDE_DEG.low, LATITUDE_DEG.high)
PEOPLE = st.builds(
    InsuranceRecord,
    age=st.integers(18, 65),
    sex=st.sampled_from(SEXES),
    bmi=st.floats(15, 50),
    children=st.integers(0, 5),
    smoker=st.booleans(),
    region=st.sampled_from(REGIONS),
)
TRIPS = st.builds(
    TripRecord,
    id=st.just("trip"),
    pickup_datetime=st.datetimes().map(lambda time: time.isoformat(" ", "seconds")),
    pickup_longitude=LONGITUDES,
    pickup_latitude=LATITUDES,
    dropoff_longitude=LONGITUDES,
    dropoff_latitude=LATITUDES,
    passenger_count=st.integers(1, 6),
)


def trip(**changes: object) -> TripRecord:
    """Return a trip from Times Square to JFK, with changes."""
    record = {
        "id": "trip",
        "pickup_datetime": "2013-07-06 17:18:00",
        "pickup_longitude": -73.9855,
        "pickup_latitude": 40.7580,
        "dropoff_longitude": taxi.JFK[0],
        "dropoff_latitude": taxi.JFK[1],
        "passenger_count": 2,
    }
    return TripRecord.model_validate(record | changes)


def feature(record: TripRecord, name: str) -> float:
    """Return one feature of a trip."""
    return float(taxi.encode([record])[0, taxi.FEATURE_NAMES.index(name)])


@pytest.mark.parametrize(("encode", "records"), [(insurance.encode, PEOPLE), (taxi.encode, TRIPS)])
@given(data=st.data())
def test_records_encode_the_same_to_the_bit_singly_and_together(
    encode: Callable[[list[Any]], NDArray[np.float32]], records: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    some = data.draw(st.lists(records, min_size=2, max_size=5))
    together = encode(some)
    np.testing.assert_array_equal(together, np.vstack([encode([one]) for one in some]))
    assert np.isfinite(together).all()


def test_rows_of_a_file_encode_like_requests(recipe: TrainingRecipe, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    recipe.synthesise(path)
    if recipe.model_class.qualified_name == "taxi_fare_model":
        rows = read_trips(path, sample_size=200, seed=0).sample
        encoded, records = taxi.encode_columns(trip_columns(rows)), [_trip_of(row) for _, row in rows.iterrows()]
    else:
        rows = pd.read_csv(path).head(200)
        encoded = insurance.encode_columns(insurance_columns(rows))
        records = [_person_of(row) for _, row in rows.iterrows()]  # type: ignore[misc]
    np.testing.assert_array_equal(encoded, recipe.model_class.encode(records))


def _trip_of(row: "pd.Series") -> TripRecord:
    ends = {name: float(row[name]) for name in row.index if name.endswith("tude")}
    when = str(row["pickup_datetime"])
    return trip(pickup_datetime=when, passenger_count=int(row["passenger_count"]), **ends)


def _person_of(row: "pd.Series") -> InsuranceRecord:
    return InsuranceRecord(
        age=int(row["age"]),
        sex=row["sex"],
        bmi=float(row["bmi"]),
        children=int(row["children"]),
        smoker=row["smoker"] == "yes",
        region=row["region"],
    )


def test_encoding_gives_float32_with_one_column_per_feature_name(model_class: type[OnnxRegressionModel]) -> None:
    example = model_class.input_schema.model_json_schema()["example"]
    record = model_class.input_schema.model_validate(example)
    for count in (0, 1, 3):
        encoded = model_class.encode([record] * count)
        assert encoded.shape == (count, len(model_class.feature_names))
        assert encoded.dtype == np.float32


def test_times_square_is_21_km_from_jfk() -> None:
    # Vincenty's formula on the same ellipsoid: 21.3 km.
    assert feature(trip(), "distance_km") == pytest.approx(21.3, abs=0.1)


def test_the_street_grid_is_never_shorter_than_the_straight_line() -> None:
    assert feature(trip(), "grid_distance_km") > feature(trip(), "distance_km")


def test_a_trip_along_an_avenue_is_as_long_on_the_grid_as_straight() -> None:
    north = trip(
        dropoff_longitude=-73.9855 + 2 * taxi.SIN_AVENUES / taxi.KM_PER_DEGREE_EAST,
        dropoff_latitude=40.7580 + 2 * taxi.COS_AVENUES / taxi.KM_PER_DEGREE_NORTH,
    )
    assert feature(north, "grid_distance_km") == pytest.approx(2.0, abs=1e-6)
    assert feature(north, "distance_km") == pytest.approx(2.0, abs=1e-6)


def test_an_airport_counts_from_the_nearer_end() -> None:
    assert feature(trip(), "airport_jfk_km") == 0.0
    assert feature(trip(), "airport_newark_km") == pytest.approx(17.6, abs=0.2)


@pytest.mark.parametrize(
    ("when", "hour", "weekday", "years"),
    [
        ("2009-01-01 00:00:00", 0.0, 3, 0.0),  # a Thursday
        ("2013-07-06 17:18:00", 17.3, 5, 4.51),  # a Saturday
        ("2015-06-30 23:30:00", 23.5, 1, 6.49),  # a Tuesday
        ("1969-12-31 06:00:00", 6.0, 2, -39.0),  # a Wednesday, before the epoch
    ],
)
def test_time_is_seen_as_hour_weekday_and_years(when: str, hour: float, weekday: int, years: float) -> None:
    then = trip(pickup_datetime=when)
    assert feature(then, "hour_of_day") == pytest.approx(hour)
    assert feature(then, "weekday") == weekday
    assert feature(then, "years_since_2009") == pytest.approx(years, abs=0.01)


def test_the_identifier_does_not_matter() -> None:
    np.testing.assert_array_equal(taxi.encode([trip(id="a")]), taxi.encode([trip(id="b")]))
