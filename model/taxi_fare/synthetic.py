"""Synthetic taxi trips in the columns of the Kaggle set, made by rules that anyone can read.

================  ==============================================================================
field             rule
================  ==============================================================================
key               the row number
pickup_datetime   uniform over 2009-01-01 ... 2015-06-30, to the second
pickup            normal around midtown Manhattan, stretched along the avenues (3 km along,
                  1.2 km across); one in twenty starts at an airport instead
dropoff           pickup plus a normal step (3 km along, 1.5 km across); one in twenty ends at
                  an airport instead
passenger_count   1 ... 6 with probabilities 69, 15, 4, 2, 7, 3 %
fare_amount       2.50 USD + per kilometre along the street grid 1.25 USD (1.55 USD from
                  2012-09-04, when fares rose) x a log-normal delay (15 %); + 0.50 USD from 20:00
                  to 6:00, + 1.00 USD on weekdays from 16:00 to 20:00; between JFK and Manhattan
                  45 USD flat (52 USD from 2012-09-04); rounded up to 10 cents
damage            one row in fifty is broken in one way: zero coordinates, longitude and latitude
                  swapped, a negative fare, no passengers, no distance
================  ==============================================================================
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.taxi_fare.features import (
    COS_AVENUES,
    JFK,
    KM_PER_DEGREE_EAST,
    KM_PER_DEGREE_NORTH,
    LAGUARDIA,
    NEWARK,
    SIN_AVENUES,
)

MIDTOWN = (-73.982, 40.753)
FIRST_SECOND = np.datetime64("2009-01-01T00:00:00", "s")
LAST_SECOND = np.datetime64("2015-06-30T23:59:59", "s")
FARES_ROSE = np.datetime64("2012-09-04T00:00:00", "s")
PASSENGER_PROBABILITIES = (0.69, 0.15, 0.04, 0.02, 0.07, 0.03)
AIRPORTS = (JFK, LAGUARDIA, NEWARK)
AIRPORT_PROBABILITIES = (0.45, 0.45, 0.10)
AIRPORT_SHARE = 0.05
DAMAGED_SHARE = 0.02
AT_AIRPORT_KM = 1.5
MANHATTAN_RADIUS_KM = 10.0

Points = NDArray[np.float64]  # (n, 2): longitude, latitude


def synthesise(rows: int, generator: np.random.Generator, first_key: int = 0) -> pd.DataFrame:
    """Make trips in the columns of the Kaggle set."""
    seconds = generator.integers(0, (LAST_SECOND - FIRST_SECOND).astype(np.int64), rows)
    times = FIRST_SECOND + seconds.astype("timedelta64[s]")
    pickup = _some_at_airports(_step(np.tile(MIDTOWN, (rows, 1)), 3.0, 1.2, generator), generator)
    dropoff = _some_at_airports(_step(pickup, 3.0, 1.5, generator), generator)
    trips = pd.DataFrame(
        {
            "key": np.arange(first_key, first_key + rows),
            "fare_amount": _fares_usd(times, pickup, dropoff, generator),
            "pickup_datetime": np.char.add(np.datetime_as_string(times, unit="s"), " UTC"),
            "pickup_longitude": pickup[:, 0].round(6),
            "pickup_latitude": pickup[:, 1].round(6),
            "dropoff_longitude": dropoff[:, 0].round(6),
            "dropoff_latitude": dropoff[:, 1].round(6),
            "passenger_count": generator.choice(np.arange(1, 7), rows, p=PASSENGER_PROBABILITIES),
        }
    )
    trips["pickup_datetime"] = trips["pickup_datetime"].str.replace("T", " ", n=1)
    return _damaged(trips, generator)


def _step(start: Points, along_km: float, across_km: float, generator: np.random.Generator) -> Points:
    """Move points by a normal step along and across the avenues."""
    along = generator.normal(0.0, along_km, len(start))
    across = generator.normal(0.0, across_km, len(start))
    east_km = along * SIN_AVENUES + across * COS_AVENUES
    north_km = along * COS_AVENUES - across * SIN_AVENUES
    return start + np.column_stack([east_km / KM_PER_DEGREE_EAST, north_km / KM_PER_DEGREE_NORTH])


def _some_at_airports(points: Points, generator: np.random.Generator) -> Points:
    airports = np.array(AIRPORTS)[generator.choice(len(AIRPORTS), len(points), p=AIRPORT_PROBABILITIES)]
    moved = generator.random(len(points)) < AIRPORT_SHARE
    return np.where(moved[:, np.newaxis], _step(airports, 0.4, 0.4, generator), points)


def _km(start: Points, end: Points | tuple[float, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the way east and the way north in kilometres, each of shape (n,)."""
    change = np.asarray(end) - start
    return change[:, 0] * KM_PER_DEGREE_EAST, change[:, 1] * KM_PER_DEGREE_NORTH


def _fares_usd(
    times: NDArray[np.datetime64], pickup: Points, dropoff: Points, generator: np.random.Generator
) -> NDArray[np.float64]:
    east_km, north_km = _km(pickup, dropoff)
    grid_km = np.abs(east_km * SIN_AVENUES + north_km * COS_AVENUES) + np.abs(
        east_km * COS_AVENUES - north_km * SIN_AVENUES
    )
    risen = times >= FARES_ROSE
    metered = 2.5 + np.where(risen, 1.55, 1.25) * grid_km * generator.lognormal(0.0, 0.15, len(times))
    fares = np.where(_jfk_and_manhattan(pickup, dropoff), np.where(risen, 52.0, 45.0), metered + _surcharge_usd(times))
    return np.ceil(fares * 10 - 1e-9) / 10


def _surcharge_usd(times: NDArray[np.datetime64]) -> NDArray[np.float64]:
    seconds = times.astype(np.int64)
    hour = seconds // 3_600 % 24
    weekday = (seconds // 86_400 + 3) % 7
    night = (hour >= 20) | (hour < 6)
    rush = (hour >= 16) & (hour < 20) & (weekday < 5)
    return 0.5 * night + 1.0 * rush


def _jfk_and_manhattan(pickup: Points, dropoff: Points) -> NDArray[np.bool_]:
    def near(points: Points, place: tuple[float, float], km: float) -> NDArray[np.bool_]:
        return np.hypot(*_km(points, place)) < km

    out = near(pickup, MIDTOWN, MANHATTAN_RADIUS_KM) & near(dropoff, JFK, AT_AIRPORT_KM)
    back = near(pickup, JFK, AT_AIRPORT_KM) & near(dropoff, MIDTOWN, MANHATTAN_RADIUS_KM)
    return out | back


def _damaged(trips: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """Break one row in fifty in one of the ways that real rows are broken."""
    kind = np.where(generator.random(len(trips)) < DAMAGED_SHARE, generator.integers(0, 5, len(trips)), -1)
    coordinates = ["pickup_longitude", "pickup_latitude", "dropoff_longitude", "dropoff_latitude"]
    trips.loc[kind == 0, coordinates] = 0.0
    swapped = [coordinates[index] for index in (1, 0, 3, 2)]
    trips.loc[kind == 1, coordinates] = trips.loc[kind == 1, swapped].to_numpy()
    trips.loc[kind == 2, "fare_amount"] *= -1
    trips.loc[kind == 3, "passenger_count"] = 0
    trips.loc[kind == 4, coordinates[2:]] = trips.loc[kind == 4, coordinates[:2]].to_numpy()
    return trips
