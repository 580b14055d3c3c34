"""How good a model is on rows it has not seen: cross-validation and its scores."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingRegressor

from model.card import Scores
from model.console import Progress
from model.recipe import TrainingTable


def cross_validate(
    booster: Callable[[], GradientBoostingRegressor], table: TrainingTable, progress: Progress
) -> NDArray[np.float64]:
    """Predict every row, shape (n,), by a model fitted on the rows of the other folds."""
    predicted = np.empty(len(table.target))
    folds = np.unique(table.fold)
    for number, fold in enumerate(folds, start=1):
        held_out = table.fold == fold
        fitted = fit(
            booster(),
            table.features[~held_out],
            table.target[~held_out],
            progress,
            f"fold {number} of {len(folds)}",
        )
        predicted[held_out] = fitted.predict(table.features[held_out])
    return predicted


def fit(
    booster: GradientBoostingRegressor,
    features: NDArray[np.float32],
    target: NDArray[np.float64],
    progress: Progress,
    step: str,
) -> GradientBoostingRegressor:
    """Fit a booster and tell how far it is."""

    def monitor(stage: int, *_: object) -> bool:
        progress.update(f"  {step}: tree {stage + 1} of {booster.n_estimators}")
        return False

    return booster.fit(features, target, monitor=monitor)


def least_squares_held_out(
    columns: NDArray[np.float64], target: NDArray[np.float64], fold: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Predict every row, shape (n,), by least squares on ``columns`` (n, k) of the rows of the other folds."""
    predicted = np.empty(len(target))
    for held_out in (fold == number for number in np.unique(fold)):
        weights, *_ = np.linalg.lstsq(columns[~held_out], target[~held_out], rcond=None)
        predicted[held_out] = columns[held_out] @ weights
    return predicted


def mean_scores(truth: NDArray[np.float64], predicted: NDArray[np.float64], fold: NDArray[np.int64]) -> Scores:
    """Score every fold by itself and average over the folds."""
    scores = [_score(truth[fold == number], predicted[fold == number]) for number in np.unique(fold)]
    r2, mae, rmse = np.mean(scores, axis=0).tolist()
    return Scores(r2=round(r2, 4), mae=round(mae, 4), rmse=round(rmse, 4))


def _score(truth: NDArray[np.float64], predicted: NDArray[np.float64]) -> tuple[float, float, float]:
    error = predicted - truth
    mean_square = float(np.mean(error**2))
    return 1.0 - mean_square / float(np.var(truth)), float(np.mean(np.abs(error))), mean_square**0.5
