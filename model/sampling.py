"""Random choices that depend on a row's number alone, so that it does not matter in what pieces a file is read."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def row_hash(row_numbers: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    """Return a pseudo-random number for every row, shape (n,): the SplitMix64 generator at that position."""
    state = (row_numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    state += np.uint64(seed * 0xD1342543DE82EF95 % 2**64)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


class UniformSample:
    """A uniform random sample, without replacement, of at most ``size`` of the rows it is shown.

    It keeps the rows with the smallest hashes, and so holds at most twice its size in memory. The
    rows shown are labelled by their row number; the sample is the same however they are cut into
    pieces.
    """

    def __init__(self, size: int, seed: int) -> None:
        self._size = size
        self._seed = seed
        self._pieces: list[pd.DataFrame] = []
        self._held = 0

    def add(self, rows: pd.DataFrame) -> None:
        """Show it more rows, indexed by row number."""
        self._pieces.append(rows)
        self._held += len(rows)
        if self._held > 2 * self._size:
            self._shrink()

    def rows(self) -> pd.DataFrame:
        """Return the sample in the order of the row numbers."""
        self._shrink()
        return self._pieces[0].sort_index()

    def _shrink(self) -> None:
        rows = pd.concat(self._pieces)
        if len(rows) > self._size:
            order = np.argsort(row_hash(rows.index.to_numpy(), self._seed), kind="stable")
            rows = rows.iloc[order[: self._size]]
        self._pieces = [rows]
        self._held = len(rows)
