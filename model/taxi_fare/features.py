"""From taxi trips to the numbers the model sees: one definition for training and serving."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.taxi_fare.schema import TripRecord

FEATURE_NAMES = (
    "pickup_longitude",
    "pickup_latitude",
    "dropoff_longitude",
    "dropoff_latitude",
    "passenger_count",
    "hour_of_day",
    "weekday",
    "years_since_2009",
    "distance_km",
    "grid_distance_km",
    "east_km",
    "north_km",
    "airport_jfk_km",
    "airport_laguardia_km",
    "airport_newark_km",
)
# One degree at 40.75 degrees north on the WGS 84 ellipsoid.
KM_PER_DEGREE_EAST = 84.44
KM_PER_DEGREE_NORTH = 111.05
# Manhattan's avenues run 29 degrees east of north.
SIN_AVENUES = math.sin(math.radians(29))
COS_AVENUES = math.cos(math.radians(29))
JFK = (-73.7822, 40.6441)
LAGUARDIA = (-73.8722, 40.7744)
NEWARK = (-74.1770, 40.6950)
SECONDS_PER_HOUR = 3_600
SECONDS_PER_DAY = 86_400
SECOND = timedelta(seconds=1)
EPOCH = datetime(1970, 1, 1)  # without a zone: New York wall-clock time, as in the data
DAYS_FROM_EPOCH_TO_2009 = 14_245
MONDAY_OFFSET = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True)
class TripColumns:
    """Taxi trips as columns, each an array of shape (n,); times are datetime64[s] in local time."""

    pickup_datetime: NDArray[np.datetime64]
    pickup_longitude: NDArray[np.float64]
    pickup_latitude: NDArray[np.float64]
    dropoff_longitude: NDArray[np.float64]
    dropoff_latitude: NDArray[np.float64]
    passenger_count: NDArray[Any]


def encode_columns(columns: TripColumns) -> NDArray[np.float32]:
    """Encode columns of n trips as features, shape (n, d), in the order of ``FEATURE_NAMES``."""
    seconds = columns.pickup_datetime.astype("datetime64[s]").astype(np.int64)
    encoded = np.empty((len(seconds), len(FEATURE_NAMES)), dtype=np.float32)
    for index, feature in enumerate(_features(columns, seconds, np.sqrt, np.minimum)):
        encoded[:, index] = feature
    return encoded


def encode(records: Sequence[TripRecord]) -> NDArray[np.float32]:
    """Encode n records as features, shape (n, d), in the order of ``FEATURE_NAMES``."""
    if len(records) == 1:  # the usual request: Python's own numbers take a tenth of the time of arrays of one
        seconds = (datetime.fromisoformat(records[0].pickup_datetime) - EPOCH) // SECOND
        return np.array([_features(records[0], seconds, math.sqrt, min)], dtype=np.float32)
    return encode_columns(_columns(records))


def _columns(trips: Sequence[TripRecord]) -> TripColumns:
    return TripColumns(
        pickup_datetime=np.array([trip.pickup_datetime for trip in trips], dtype="datetime64[s]"),
        pickup_longitude=np.array([trip.pickup_longitude for trip in trips]),
        pickup_latitude=np.array([trip.pickup_latitude for trip in trips]),
        dropoff_longitude=np.array([trip.dropoff_longitude for trip in trips]),
        dropoff_latitude=np.array([trip.dropoff_latitude for trip in trips]),
        passenger_count=np.array([trip.passenger_count for trip in trips]),
    )


def _features(
    trip: TripRecord | TripColumns,
    seconds: int | NDArray[np.int64],
    sqrt: Callable[[Any], Any],
    minimum: Callable[[Any, Any], Any],
) -> tuple[Any, ...]:
    """Turn one trip, or columns of trips, into features: the operators work on both, to the same bit."""
    from_longitude, from_latitude = trip.pickup_longitude, trip.pickup_latitude
    to_longitude, to_latitude = trip.dropoff_longitude, trip.dropoff_latitude
    east_km = (to_longitude - from_longitude) * KM_PER_DEGREE_EAST
    north_km = (to_latitude - from_latitude) * KM_PER_DEGREE_NORTH
    along_km: Any = east_km * SIN_AVENUES + north_km * COS_AVENUES
    across_km: Any = east_km * COS_AVENUES - north_km * SIN_AVENUES

    def nearer_end_km(longitude: float, latitude: float) -> object:
        from_east_km = (from_longitude - longitude) * KM_PER_DEGREE_EAST
        from_north_km = (from_latitude - latitude) * KM_PER_DEGREE_NORTH
        to_east_km = (to_longitude - longitude) * KM_PER_DEGREE_EAST
        to_north_km = (to_latitude - latitude) * KM_PER_DEGREE_NORTH
        return sqrt(
            minimum(
                from_east_km * from_east_km + from_north_km * from_north_km,
                to_east_km * to_east_km + to_north_km * to_north_km,
            )
        )

    return (
        from_longitude,
        from_latitude,
        to_longitude,
        to_latitude,
        trip.passenger_count,
        seconds % SECONDS_PER_DAY / SECONDS_PER_HOUR,
        (seconds // SECONDS_PER_DAY + MONDAY_OFFSET) % 7,
        (seconds / SECONDS_PER_DAY - DAYS_FROM_EPOCH_TO_2009) / 365.25,
        sqrt(east_km * east_km + north_km * north_km),
        abs(along_km) + abs(across_km),
        east_km,
        north_km,
        nearer_end_km(*JFK),
        nearer_end_km(*LAGUARDIA),
        nearer_end_km(*NEWARK),
    )
