"""A closed range of numbers, written once and used by schema, cleaning, examples and documents."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class Bounds(Generic[Number]):
    """All numbers from ``low`` to ``high``, both included."""

    low: Number
    high: Number

    def contains(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Say of every value, shape (n,), whether it lies inside; NaN does not."""
        inside: NDArray[np.bool_] = (values >= self.low) & (values <= self.high)
        return inside
