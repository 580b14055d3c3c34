"""Sorting out rows that cannot be true, counted by reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.card import DroppedRows
from model.data_files import DataUnusableError

MINIMUM_ROWS = 50  # fewer would leave folds without rows


@dataclass(frozen=True)
class Rule:
    """A reason to drop rows, and the rows it applies to: boolean, shape (n,)."""

    reason: str
    applies: NDArray[np.bool_]


def sort_out(rows: pd.DataFrame, rules: Sequence[Rule]) -> tuple[NDArray[np.bool_], tuple[DroppedRows, ...]]:
    """Return which rows stay, shape (n,), and how many each rule dropped; a row counts for its first reason."""
    kept = np.ones(len(rows), dtype=np.bool_)
    dropped = []
    for rule in rules:
        dropped.append(DroppedRows(reason=rule.reason, rows=int((kept & rule.applies).sum())))
        kept &= ~rule.applies
    return kept, tuple(dropped)


def require_columns(rows: pd.DataFrame, names: Sequence[str], path: Path) -> None:
    """Refuse a file that lacks a column."""
    missing = [name for name in names if name not in rows.columns]
    if missing:
        message = f"{path}: lacks the columns {', '.join(missing)}; it has {', '.join(map(str, rows.columns))}"
        raise DataUnusableError(message)


def require_enough(kept: int, path: Path) -> None:
    """Refuse a file of which too little is left to train and to test on."""
    if kept < MINIMUM_ROWS:
        message = f"{path}: only {kept} usable rows, training needs at least {MINIMUM_ROWS}"
        raise DataUnusableError(message)
