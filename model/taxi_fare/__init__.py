"""Taxi fare: what one trip in New York costs."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from model.serving import OnnxRegressionModel
from model.taxi_fare.features import FEATURE_NAMES, encode
from model.taxi_fare.schema import FarePrediction, TripRecord


class TaxiFareModel(OnnxRegressionModel):
    """Predicts the fare of one taxi trip in New York."""

    display_name: ClassVar[str] = "Taxi fare"
    qualified_name: ClassVar[str] = "taxi_fare_model"
    description: ClassVar[str] = (
        "Predicts the fare of a taxi trip in or around New York, without tip and tolls, "
        "from when and where it starts, where it ends and how many ride."
    )
    input_schema: ClassVar[type[BaseModel]] = TripRecord
    output_schema: ClassVar[type[BaseModel]] = FarePrediction
    feature_names: ClassVar[tuple[str, ...]] = FEATURE_NAMES
    artifact_directory: ClassVar[Path] = Path(__file__).parent / "artifact"

    @staticmethod
    def encode(records: Sequence[TripRecord]) -> NDArray[np.float32]:
        """Encode n records as features, shape (n, d)."""
        return encode(records)
