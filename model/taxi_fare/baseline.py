"""The linear baseline: least squares on |Δlongitude|, |Δlatitude| and 1, exact over any number of rows."""

import numpy as np
from numpy.typing import NDArray

DESCRIPTION = "least squares on |Δlongitude|, |Δlatitude|, 1, fitted on all kept rows outside the fold"
COLUMNS = 3


def baseline_columns(
    longitude_change_deg: NDArray[np.float64], latitude_change_deg: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the columns of the baseline, shape (n, 3)."""
    ones = np.ones(len(longitude_change_deg))
    return np.column_stack([np.abs(longitude_change_deg), np.abs(latitude_change_deg), ones])


class NormalEquations:
    """Sums XᵀX and Xᵀy per fold, in float64: all that least squares needs of the rows it has seen."""

    def __init__(self, folds: int) -> None:
        self._squares = np.zeros((folds, COLUMNS, COLUMNS))
        self._products = np.zeros((folds, COLUMNS))

    def add(self, columns: NDArray[np.float64], target_usd: NDArray[np.float64], fold: NDArray[np.int64]) -> None:
        """Add rows: columns (n, 3), targets (n,), and the fold that holds each out (n,)."""
        for number in range(len(self._squares)):
            of_fold = fold == number
            self._squares[number] += columns[of_fold].T @ columns[of_fold]
            self._products[number] += columns[of_fold].T @ target_usd[of_fold]

    @property
    def rows(self) -> int:
        """How many rows have been added: the sum of the squares of the constant column."""
        return round(float(self._squares[:, -1, -1].sum()))

    def weights(self) -> NDArray[np.float64]:
        """Fit on everything seen, shape (3,)."""
        return _solve(self._squares.sum(axis=0), self._products.sum(axis=0))

    def weights_without(self, fold: int) -> NDArray[np.float64]:
        """Fit on everything seen outside one fold, shape (3,)."""
        squares = self._squares.sum(axis=0) - self._squares[fold]
        return _solve(squares, self._products.sum(axis=0) - self._products[fold])

    def held_out(self, columns: NDArray[np.float64], fold: NDArray[np.int64]) -> NDArray[np.float64]:
        """Predict rows, shape (n,), each by the fit that has not seen its fold."""
        weights = np.array([self.weights_without(number) for number in range(len(self._squares))])
        predicted: NDArray[np.float64] = np.einsum("ij,ij->i", columns, weights[fold])
        return predicted


def _solve(squares: NDArray[np.float64], products: NDArray[np.float64]) -> NDArray[np.float64]:
    solution, *_ = np.linalg.lstsq(squares, products, rcond=None)
    return solution.astype(np.float64)
