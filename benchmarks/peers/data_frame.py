"""What the peers with scikit-learn share: the record, and a prediction by way of a DataFrame."""

import os
from pathlib import Path
from typing import Any, Literal

import joblib
import pandas as pd
from pydantic import BaseModel, Field


class Person(BaseModel):
    """One insured person, with the bounds of the project's own schema."""

    age: int = Field(ge=18, le=65)
    sex: Literal["male", "female"]
    bmi: float = Field(ge=15, le=50)
    children: int = Field(ge=0, le=5)
    smoker: bool
    region: Literal["southwest", "southeast", "northwest", "northeast"]


class Prediction(BaseModel):
    """Expected charges in one year, in USD."""

    charges: float


def load_pipeline() -> Any:
    """Load the pipeline that was fitted for the benchmark."""
    return joblib.load(Path(os.environ["PIPELINE"]))


def predict(pipeline: Any, person: Person) -> Prediction:
    """Predict one person, as examples of scikit-learn behind FastAPI do."""
    (charges,) = pipeline.predict(pd.DataFrame([person.model_dump()]))
    return Prediction(charges=round(max(float(charges), 0.0), 2))
