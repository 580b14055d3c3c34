"""From insurance records to the numbers the model sees: one definition for training and serving."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.insurance_charges.schema import InsuranceRecord

FEATURE_NAMES = (
    "age",
    "bmi",
    "children",
    "smoker",
    "male",
    "southwest",
    "southeast",
    "northwest",
    "northeast",
)


@dataclass(frozen=True)
class InsuranceColumns:
    """Insurance records as columns, each an array of shape (n,)."""

    age: NDArray[Any]
    sex: NDArray[Any]
    bmi: NDArray[Any]
    children: NDArray[Any]
    smoker: NDArray[Any]
    region: NDArray[Any]


def encode_columns(columns: InsuranceColumns) -> NDArray[np.float32]:
    """Encode columns of n records as features, shape (n, d), in the order of ``FEATURE_NAMES``."""
    encoded = np.empty((len(columns.age), len(FEATURE_NAMES)), dtype=np.float32)
    for index, feature in enumerate(_features(columns)):
        encoded[:, index] = feature
    return encoded


def encode(records: Sequence[InsuranceRecord]) -> NDArray[np.float32]:
    """Encode n records as features, shape (n, d), in the order of ``FEATURE_NAMES``."""
    rows = [_features(record) for record in records]
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(FEATURE_NAMES))


def _features(people: InsuranceRecord | InsuranceColumns) -> tuple[Any, ...]:
    """Turn one record, or columns of records, into features: the operators work on both."""
    return (
        people.age,
        people.bmi,
        people.children,
        people.smoker,
        people.sex == "male",
        people.region == "southwest",
        people.region == "southeast",
        people.region == "northwest",
        people.region == "northeast",
    )
