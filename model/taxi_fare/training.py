"""How the taxi model is trained: what is sampled, boosted and compared."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor

from model.bounds import Bounds
from model.card import Rows
from model.data_files import Dataset, KaggleFile
from model.recipe import TrainedRange, TrainingRecipe, TrainingTable
from model.taxi_fare import TaxiFareModel, baseline
from model.taxi_fare.features import TripColumns, encode_columns
from model.taxi_fare.reading import COORDINATES, FOLDS, Trips, baseline_columns_of, fold_of, read_trips
from model.taxi_fare.schema import LATITUDE_DEG, LONGITUDE_DEG, PASSENGERS, TripRecord
from model.taxi_fare.synthetic import MIDTOWN, synthesise

SAMPLE_ROWS = 100_000
SYNTHETIC_ROWS = 8_000
FIRST_PICKUP = datetime(2009, 1, 1)
LAST_PICKUP = datetime(2015, 6, 30, 23, 59, 59)
SPREAD_DEG = 0.08  # of golden examples around midtown


class Recipe(TrainingRecipe):
    """Gradient boosting on the New York City taxi trips of Kaggle's fare prediction set."""

    model_class = TaxiFareModel
    dataset = Dataset(
        title="New York City Taxi Fare Prediction",
        file_names=("nyc_taxi_fare_train.csv", "nyc_taxi_fare_sample.csv"),
        origin=KaggleFile(competition="new-york-city-taxi-fare-prediction", file_name="train.csv"),
    )
    version = "1.0.0"
    seed: ClassVar[int] = 7
    algorithm = "gradient-boosted trees, Huber loss (scikit-learn GradientBoostingRegressor)"
    split = f"{FOLDS}-fold cross-validation, folds by a seeded hash of the row number, seed 7; mean over the folds"
    baseline_description = baseline.DESCRIPTION
    intended_use = (
        "An example to load-test: predicts the metered fare of a yellow taxi trip in or around New York, "
        "2009 to mid-2015."
    )
    limits = (
        "Fares of 2009 to mid-2015; for later pickups the model answers as for the end of that time, "
        "and fares have risen since.",
        "Knows neither the route nor the traffic; without tip and tolls.",
        f"Both ends must lie within {LONGITUDE_DEG.low:g} to {LONGITUDE_DEG.high:g} degrees east and "
        f"{LATITUDE_DEG.low:g} to {LATITUDE_DEG.high:g} degrees north; far from Manhattan and the airports "
        "few trips were seen and the error is larger.",
        "The times of the data set say UTC but are New York local time, and are taken as that.",
    )

    def read(self, path: Path) -> TrainingTable:
        """Read, clean and encode the rows of a file; boosting sees at most ``SAMPLE_ROWS`` of them."""
        trips = read_trips(path, SAMPLE_ROWS, self.seed)
        fold = fold_of(trips.sample.index.to_numpy(), self.seed)
        return TrainingTable(
            features=encode_columns(columns(trips.sample)),
            target=trips.sample["fare_amount"].to_numpy(),
            fold=fold,
            baseline=trips.baseline.held_out(baseline_columns_of(trips.sample), fold),
            rows=_rows(trips),
            ranges=_ranges(trips),
        )

    def synthesise(self, path: Path) -> None:
        """Write a synthetic file by the rules of ``model.taxi_fare.synthetic``."""
        synthesise(SYNTHETIC_ROWS, np.random.default_rng(self.seed)).to_csv(path, index=False)

    def booster(self) -> GradientBoostingRegressor:
        """Return an unfitted model with its random seed set."""
        return GradientBoostingRegressor(
            loss="huber",
            alpha=0.95,
            n_estimators=100,
            learning_rate=0.12,
            max_depth=5,
            min_samples_leaf=10,
            subsample=0.5,
            max_features=0.4,
            random_state=self.seed,
        )

    def draw(self, generator: np.random.Generator) -> TripRecord:
        """Draw one record around midtown Manhattan, some far out, within the time of the data set."""
        seconds = int(generator.integers((LAST_PICKUP - FIRST_PICKUP) // timedelta(seconds=1)))
        longitudes = _draw_degrees(generator, MIDTOWN[0], LONGITUDE_DEG)
        latitudes = _draw_degrees(generator, MIDTOWN[1], LATITUDE_DEG)
        return TripRecord(
            id=f"golden-{generator.integers(1_000_000):06d}",
            pickup_datetime=(FIRST_PICKUP + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S"),
            pickup_longitude=longitudes[0],
            pickup_latitude=latitudes[0],
            dropoff_longitude=longitudes[1],
            dropoff_latitude=latitudes[1],
            passenger_count=int(generator.integers(PASSENGERS.low, PASSENGERS.high, endpoint=True)),
        )


def columns(trips: pd.DataFrame) -> TripColumns:
    """Take the columns of the data set as the encoder wants them."""
    return TripColumns(
        pickup_datetime=trips["pickup_datetime"].to_numpy(dtype="datetime64[s]"),
        pickup_longitude=trips["pickup_longitude"].to_numpy(),
        pickup_latitude=trips["pickup_latitude"].to_numpy(),
        dropoff_longitude=trips["dropoff_longitude"].to_numpy(),
        dropoff_latitude=trips["dropoff_latitude"].to_numpy(),
        passenger_count=trips["passenger_count"].to_numpy(),
    )


def _draw_degrees(generator: np.random.Generator, centre: float, bounds: Bounds[float]) -> list[float]:
    """Draw the two ends of a trip along one axis, inside the bounds."""
    degrees: list[float] = generator.normal(centre, SPREAD_DEG, 2).clip(bounds.low, bounds.high).round(6).tolist()
    return degrees


def _rows(trips: Trips) -> Rows:
    everything = len(trips.sample) == trips.kept
    return Rows(
        read=trips.read,
        kept=trips.kept,
        dropped=trips.dropped,
        trained=len(trips.sample),
        sampling="all rows kept"
        if everything
        else f"uniform random sample of {SAMPLE_ROWS:,} of the rows kept, by a seeded hash of the row number; "
        "the baseline is fitted on all rows kept",
    )


def _ranges(trips: Trips) -> tuple[TrainedRange, ...]:
    numbers = (*COORDINATES, "passenger_count")
    return (
        TrainedRange("id", "not used"),
        TrainedRange("pickup_datetime", f"{trips.lowest['pickup_datetime']} to {trips.highest['pickup_datetime']}"),
        *(TrainedRange(name, f"{trips.lowest[name]:.10g} to {trips.highest[name]:.10g}") for name in numbers),
    )
