"""Computing a batch in slices: between two of them it can be ended, when it has had its time or nobody waits for it."""

import time
from collections.abc import Callable, Sequence

from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from service.counters import ShedReason
from service.problems import ProblemError, unavailable

SLICE_S = 0.05
"""What a slice should take: how long a batch goes on, at most, for a client that has left."""


class SlicedBatch:
    """The work of a batch: predicts its records, or raises what ended it.

    Parameters
    ----------
    predict : callable
        What predicts the records of a slice.
    records : sequence of BaseModel
        Of all slices.
    per_record_s : float
        What each of them should take, in a batch of this size.
    max_compute_s : float
        How long all may take, unless they are the only slice: no model can be interrupted.
    clock : callable
        The time in seconds.
    """

    def __init__(
        self,
        predict: Callable[[Sequence[BaseModel]], list[BaseModel]],
        records: Sequence[BaseModel],
        per_record_s: float,
        max_compute_s: float,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._predict = predict
        self._records = records
        self._slice = slice_size(len(records), per_record_s)
        self._max_compute_s = max_compute_s
        self._clock = clock
        self._abandoned = False

    def abandon(self) -> None:
        """Compute no further slice, as nobody waits for it; another thread may say so."""
        self._abandoned = True

    def __call__(self) -> list[BaseModel]:
        """Return the predictions of all records."""
        ends_s = self._clock() + self._max_compute_s
        predictions = self._predict(self._records[: self._slice])
        for begin in range(self._slice, len(self._records), self._slice):
            if self._abandoned:
                raise ClientDisconnect
            if self._clock() >= ends_s:
                raise too_much(len(self._records), self._max_compute_s)
            predictions += self._predict(self._records[begin : begin + self._slice])
        return predictions


def slice_size(records: int, per_record_s: float) -> int:
    """Return how many records make a slice: one at least, and all where they do not take long."""
    return max(1, int(SLICE_S / per_record_s)) if records * per_record_s > SLICE_S else records


def too_much(records: int, max_compute_s: float) -> ProblemError:
    """Return the problem of a batch that would be computed for too long, or has been."""
    detail = f"{records} records take longer than the {max_compute_s * 1000:g} ms that a batch may take; send fewer."
    return unavailable(detail, ShedReason.DEADLINE)
