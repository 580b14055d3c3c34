"""What one model must say about itself to be trained: `TrainingRecipe`, and the table it trains on."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from sklearn.ensemble import GradientBoostingRegressor

from model.card import Rows
from model.data_files import DataNotFoundError, Dataset
from model.serving import OnnxRegressionModel


@dataclass(frozen=True)
class TrainedRange:
    """What values one input field took in training, in words."""

    name: str
    values: str


@dataclass(frozen=True)
class TrainingTable:
    """Cleaned rows, encoded, each assigned to the fold in which it is held out.

    ``features`` is float32 (n, d), ``target`` and ``baseline`` are float64 (n,), ``fold`` is
    integer (n,). ``baseline`` is what the linear baseline, fitted outside the row's fold,
    predicts for the row.
    """

    features: NDArray[np.float32]
    target: NDArray[np.float64]
    fold: NDArray[np.int64]
    baseline: NDArray[np.float64]
    rows: Rows
    ranges: tuple[TrainedRange, ...]


class TrainingRecipe(ABC):
    """How one model is trained. ``model/<name>/training.py`` holds one, named ``Recipe``."""

    model_class: ClassVar[type[OnnxRegressionModel]]
    dataset: ClassVar[Dataset]
    version: ClassVar[str]
    seed: ClassVar[int]
    algorithm: ClassVar[str]
    split: ClassVar[str]
    baseline_description: ClassVar[str]
    intended_use: ClassVar[str]
    limits: ClassVar[tuple[str, ...]]

    @abstractmethod
    def read(self, path: Path) -> TrainingTable:
        """Read, clean and encode the rows of a file."""

    def synthesise(self, path: Path) -> None:
        """Write a synthetic file by documented rules, the same on every call; a model need not have any."""
        message = (
            f"{self.model_class.qualified_name}: there are no rules for synthetic data, so {path.name} is not made"
        )
        raise DataNotFoundError(message)

    @abstractmethod
    def booster(self) -> GradientBoostingRegressor:
        """Return an unfitted model with its random seed set."""

    @abstractmethod
    def draw(self, generator: np.random.Generator) -> BaseModel:
        """Draw one record that a client might send, for the golden examples."""
