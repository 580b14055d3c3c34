"""Where a model errs: what it and its baseline predict for rows they have not seen, by groups of rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from model.console import Progress
from model.data_files import DataNotFoundError
from model.evaluation import cross_validate
from model.recipe import TrainingRecipe, TrainingTable
from model.training_file import REAL, SYNTHETIC, training_file


@dataclass(frozen=True)
class DataAtHand:
    """The rows there are to learn from; ``kind`` says whether they are real or made up by rules."""

    kind: str
    table: TrainingTable


@dataclass(frozen=True)
class HeldOut:
    """Truth and what was predicted for it without having seen it, shape (n,) each, in the unit of the answer."""

    truth: NDArray[np.float64]
    model: NDArray[np.float64]
    baseline: NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Some of the rows: ``member`` is boolean, shape (n,)."""

    name: str
    member: NDArray[np.bool_]


@dataclass(frozen=True)
class GroupError:
    """How far predictions are off in a group, on average, in the unit of the answer."""

    name: str
    rows: int
    model_mae: float
    baseline_mae: float
    model_bias: float
    """Mean of predicted minus true: above zero where the model asks too much."""


def data_at_hand(recipe: TrainingRecipe, most_rows: int | None = None) -> DataAtHand:
    """Read the real data, or where there is none the synthetic data; of that the first rows, if not all are wanted."""
    try:
        table = _read(recipe, REAL)
        kind = REAL
    except DataNotFoundError:
        table = _read(recipe, SYNTHETIC)
        kind = SYNTHETIC
    return DataAtHand(kind, _shortened(table, most_rows))


def _read(recipe: TrainingRecipe, data: str) -> TrainingTable:
    with training_file(recipe, data) as file:
        return recipe.read(file.path)


def _shortened(table: TrainingTable, rows: int | None) -> TrainingTable:
    return TrainingTable(
        features=table.features[:rows],
        target=table.target[:rows],
        fold=table.fold[:rows],
        baseline=table.baseline[:rows],
        rows=table.rows,
        ranges=table.ranges,
    )


def held_out(recipe: TrainingRecipe, table: TrainingTable) -> HeldOut:
    """Predict every row by a model, and by a baseline, that were fitted without its fold: as the card is scored."""
    silent = Progress(tell=lambda _line: None)
    return HeldOut(table.target, cross_validate(recipe.booster, table, silent), table.baseline)


def column(recipe: TrainingRecipe, table: TrainingTable, name: str) -> NDArray[np.float32]:
    """Return the values of one feature, shape (n,)."""
    values: NDArray[np.float32] = table.features[:, recipe.model_class.feature_names.index(name)]
    return values


def choices(recipe: TrainingRecipe, table: TrainingTable, names: Iterable[str]) -> list[Group]:
    """Group rows by features that are one where they apply, such as ``southwest``."""
    return [Group(name, column(recipe, table, name) == 1) for name in names]


def bands(values: NDArray[np.float32], edges: Sequence[float], unit: str) -> list[Group]:
    """Group rows by where a value lies between rising edges; the last band is open."""
    inner = [Group(f"{low:g} to {high:g} {unit}", (values >= low) & (values < high)) for low, high in pairwise(edges)]
    return [*inner, Group(f"{edges[-1]:g} {unit} and more", values >= edges[-1])]


def errors_by(groups: Iterable[Group], predictions: HeldOut) -> list[GroupError]:
    """Say how far model and baseline are off in each group that has rows."""
    return [*_errors(groups, predictions)]


def _errors(groups: Iterable[Group], predictions: HeldOut) -> Iterator[GroupError]:
    residual, of_baseline = predictions.model - predictions.truth, predictions.baseline - predictions.truth
    for group in groups:
        if rows := int(group.member.sum()):
            yield GroupError(
                name=group.name,
                rows=rows,
                model_mae=float(np.abs(residual[group.member]).mean()),
                baseline_mae=float(np.abs(of_baseline[group.member]).mean()),
                model_bias=float(residual[group.member].mean()),
            )
