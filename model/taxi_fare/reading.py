"""Reading taxi trips in pieces: all are cleaned and counted, all enter the baseline, a sample is kept.

Memory does not grow with the file: a piece, the sample and a few sums are all that is held.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.bounds import Bounds
from model.card import DroppedRows
from model.cleaning import Rule, require_columns, require_enough, sort_out
from model.console import Progress
from model.sampling import UniformSample, row_hash
from model.taxi_fare.baseline import NormalEquations, baseline_columns
from model.taxi_fare.schema import LATITUDE_DEG, LONGITUDE_DEG, PASSENGERS

COORDINATES = ("pickup_longitude", "pickup_latitude", "dropoff_longitude", "dropoff_latitude")
NUMBERS = ("fare_amount", *COORDINATES, "passenger_count")
COLUMNS = ("pickup_datetime", *NUMBERS)
FARE_USD = Bounds(2.5, 250.0)  # from the flag drop to farther than any trip inside the box
FOLDS = 5
ROWS_PER_PIECE = 100_000
DATETIME_CHARACTERS = 19  # without the " UTC" of the file, which is wrong: the times are local


@dataclass(frozen=True)
class Trips:
    """What reading leaves of a file: the sampled rows with their folds, the baseline and the counts."""

    sample: pd.DataFrame
    baseline: NormalEquations
    read: int
    kept: int
    dropped: tuple[DroppedRows, ...]
    lowest: pd.Series
    highest: pd.Series


def read_trips(path: Path, sample_size: int, seed: int, rows_per_piece: int = ROWS_PER_PIECE) -> Trips:
    """Read, clean and sum up a CSV file in the columns of the Kaggle set, a piece at a time."""
    reader = _Reader(sample_size, seed)
    progress = Progress()
    for piece in _pieces(path, rows_per_piece):
        reader.add(piece)
        progress.update(f"  read {reader.read:,} rows of {path.name}, kept {reader.kept:,}")
    require_enough(reader.kept, path)
    return reader.trips()


def fold_of(row_numbers: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Assign rows to the folds that hold them out, shape (n,), by their numbers alone."""
    return (row_hash(row_numbers, seed + 1) % np.uint64(FOLDS)).astype(np.int64)


def baseline_columns_of(trips: pd.DataFrame) -> NDArray[np.float64]:
    """Return the columns of the baseline for n trips, shape (n, 3)."""
    return baseline_columns(
        (trips["dropoff_longitude"] - trips["pickup_longitude"]).to_numpy(),
        (trips["dropoff_latitude"] - trips["pickup_latitude"]).to_numpy(),
    )


class _Reader:
    """Takes pieces in, keeps only what `Trips` holds."""

    def __init__(self, sample_size: int, seed: int) -> None:
        self.read = 0
        self.kept = 0
        self._seed = seed
        self._sample = UniformSample(sample_size, seed)
        self._baseline = NormalEquations(FOLDS)
        self._dropped: Counter[str] = Counter()
        self._lowest: list[pd.Series] = []
        self._highest: list[pd.Series] = []

    def add(self, piece: pd.DataFrame) -> None:
        kept, dropped = sort_out(piece, _rules(piece))
        trips = piece[kept]
        self.read += len(piece)
        self.kept += len(trips)
        self._dropped.update({part.reason: part.rows for part in dropped})
        fold = fold_of(trips.index.to_numpy(), self._seed)
        self._baseline.add(baseline_columns_of(trips), trips["fare_amount"].to_numpy(), fold)
        self._sample.add(trips)
        self._note_ranges(trips)

    def trips(self) -> Trips:
        return Trips(
            sample=self._sample.rows(),
            baseline=self._baseline,
            read=self.read,
            kept=self.kept,
            dropped=tuple(DroppedRows(reason=reason, rows=rows) for reason, rows in self._dropped.items()),
            lowest=pd.concat(self._lowest, axis=1).min(axis=1),
            highest=pd.concat(self._highest, axis=1).max(axis=1),
        )

    def _note_ranges(self, trips: pd.DataFrame) -> None:
        self._lowest.append(trips[list(COLUMNS)].min())
        self._highest.append(trips[list(COLUMNS)].max())


def _pieces(path: Path, rows_per_piece: int) -> Iterator[pd.DataFrame]:
    """Yield the columns in use, numbered by row, times parsed; what cannot be parsed is missing."""
    with pd.read_csv(path, chunksize=rows_per_piece, dtype={"pickup_datetime": "str"}) as pieces:
        for piece in pieces:
            require_columns(piece, COLUMNS, path)
            yield _typed(piece)


def _typed(piece: pd.DataFrame) -> pd.DataFrame:
    text = piece["pickup_datetime"].str.slice(0, DATETIME_CHARACTERS)
    typed: dict[str, Any] = {"pickup_datetime": pd.to_datetime(text, format="%Y-%m-%d %H:%M:%S", errors="coerce")}
    for name in NUMBERS:
        typed[name] = pd.to_numeric(piece[name], errors="coerce").astype(np.float64)
    return pd.DataFrame(typed)


def _rules(piece: pd.DataFrame) -> tuple[Rule, ...]:
    """Say what is wrong with which row; the first reason that applies counts."""
    at = {name: piece[name].to_numpy() for name in NUMBERS}
    longitudes, latitudes = (COORDINATES[0::2], COORDINATES[1::2])
    zero = np.logical_or.reduce([at[name] == 0 for name in COORDINATES])
    swapped = np.logical_or.reduce([at[name] > 0 for name in longitudes] + [at[name] < 0 for name in latitudes])
    outside = ~np.logical_and.reduce(
        [LONGITUDE_DEG.contains(at[name]) for name in longitudes]
        + [LATITUDE_DEG.contains(at[name]) for name in latitudes]
    )
    still = (at[COORDINATES[0]] == at[COORDINATES[2]]) & (at[COORDINATES[1]] == at[COORDINATES[3]])
    return (
        Rule("a value is missing or not a number", piece.isna().any(axis=1).to_numpy()),
        Rule("a coordinate is zero", zero),
        Rule("longitude and latitude swapped", swapped),
        Rule(
            f"outside {LONGITUDE_DEG.low:g} to {LONGITUDE_DEG.high:g} degrees east, "
            f"{LATITUDE_DEG.low:g} to {LATITUDE_DEG.high:g} degrees north",
            outside,
        ),
        Rule("pickup and dropoff are the same point", still),
        Rule(f"fare outside {FARE_USD.low:g}-{FARE_USD.high:g} USD", ~FARE_USD.contains(at["fare_amount"])),
        Rule(
            f"passengers outside {PASSENGERS.low}-{PASSENGERS.high}",
            ~PASSENGERS.contains(at["passenger_count"]) | (at["passenger_count"] % 1 != 0),
        ),
    )
