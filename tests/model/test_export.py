"""Export: the ONNX model says what scikit-learn says."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingRegressor

from model.artifact import open_session
from model.export import to_onnx
from model.recipe import TrainingRecipe, TrainingTable
from model.serving import OnnxRegressor
from tests.model.conftest import real_file

ROWS = 1_000


def onnx_predictions(booster: GradientBoostingRegressor, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Convert a booster and run it."""
    return OnnxRegressor(open_session(to_onnx(booster, features.shape[1]))).predict(features)


def largest_difference_usd(recipe: TrainingRecipe, table: TrainingTable) -> float:
    """Train on 1,000 rows of the table and compare the two libraries on these, and between these."""
    rows = table.features[:ROWS]
    booster = recipe.booster().fit(rows, table.target[:ROWS])
    rows = np.vstack([rows, (rows + rows[::-1]) / 2])
    difference: float = np.abs(onnx_predictions(booster, rows) - booster.predict(rows)).max()
    return difference


def test_onnx_equals_scikit_learn_on_synthetic_rows(recipe: TrainingRecipe, tmp_path: Path) -> None:
    recipe.synthesise(tmp_path / "rows.csv")
    assert largest_difference_usd(recipe, recipe.read(tmp_path / "rows.csv")) < 1e-6


def test_onnx_equals_scikit_learn_on_real_rows(recipe: TrainingRecipe) -> None:
    assert largest_difference_usd(recipe, recipe.read(real_file(recipe))) < 1e-6


@pytest.mark.parametrize("loss", ["squared_error", "huber", "absolute_error"])
def test_every_loss_is_exported(loss: str) -> None:
    features = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
    booster = GradientBoostingRegressor(loss=loss, n_estimators=5, random_state=0).fit(features, features[:, 0])
    np.testing.assert_allclose(onnx_predictions(booster, features), booster.predict(features), rtol=1e-12)


def test_trees_of_a_single_leaf_are_exported() -> None:
    features = np.zeros((10, 2), dtype=np.float32)
    booster = GradientBoostingRegressor(n_estimators=3, learning_rate=0.5).fit(features, np.arange(10.0))
    np.testing.assert_allclose(onnx_predictions(booster, features), np.full(10, 4.5))


def test_a_feature_on_a_threshold_goes_the_same_way() -> None:
    """Thresholds lie between float32 numbers; rounded to float32 they would move rows across."""
    values = np.nextafter(np.float32(0.1), np.float32(1), dtype=np.float32)
    features = np.array([[np.float32(0.1)], [values]], dtype=np.float32)
    booster = GradientBoostingRegressor(n_estimators=1, min_samples_leaf=1).fit(features, [0.0, 100.0])
    np.testing.assert_array_equal(onnx_predictions(booster, features), booster.predict(features))
