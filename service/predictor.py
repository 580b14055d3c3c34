"""A model between its requests and their answers: asked in turn, checked, and slowed down to stand for another."""

import math
import time
from collections.abc import Awaitable, Sequence
from functools import partial

from pydantic import BaseModel
from starlette.types import Receive

from model.base import RegressionModel
from service.backpressure import PredictionQueue
from service.counters import ModelTime
from service.pace import BatchPace, Pace
from service.slices import SlicedBatch, too_much


class Predictor:
    """A model as the service asks it: in turn, answers checked, slowed down where it stands for a heavier one."""

    def __init__(
        self,
        model: RegressionModel,
        queue: PredictionQueue,
        emulate_cpu_ms: float,
        max_compute_s: float,
        model_time: ModelTime,
    ) -> None:
        self._model = model
        self._model_time = model_time
        self._queue = queue
        self._emulate_cpu_ms = emulate_cpu_ms
        self._max_compute_s = max_compute_s
        self._pace_of_one = Pace(emulate_cpu_ms / 1000)
        self._pace_of_many = BatchPace(emulate_cpu_ms / 1000)

    def refuse_when_full(self) -> None:
        """Raise a 503 problem if a prediction has no chance of being made in time."""
        self._queue.refuse_when_full()

    def one(self, record: BaseModel, receive: Receive) -> Awaitable[BaseModel]:
        """Predict one record."""
        return self._queue.run(partial(self._one, record), self._pace_of_one.expected_s(1), receive)

    def many(self, records: Sequence[BaseModel], receive: Receive) -> Awaitable[list[BaseModel]]:
        """Predict n records at once; raise a 503 problem if that should take longer than it may."""
        expected_s = self._pace_of_many.expected_s(len(records))
        if expected_s > self._max_compute_s:
            self._refuse_too_many(len(records))
        batch = SlicedBatch(partial(self._slice, len(records)), records, expected_s / len(records), self._max_compute_s)
        return self._queue.run(batch, expected_s, receive, batch.abandon)

    def _refuse_too_many(self, records: int) -> None:
        if records > 1 and self._pace_of_many.knows(records):  # fewer than one nobody can send
            self._pace_of_many.doubt(records)
            raise too_much(records, self._max_compute_s)

    def _one(self, record: BaseModel) -> BaseModel:
        began_s = time.perf_counter()
        burn_cpu(self._emulate_cpu_ms)
        prediction = self._model.predict(record)
        check_finite(prediction)
        took_s = time.perf_counter() - began_s
        self._pace_of_one.note(took_s, records=1)
        self._model_time.add(took_s, records=1)
        return prediction

    def _slice(self, size: int, records: Sequence[BaseModel]) -> list[BaseModel]:
        began_s = time.perf_counter()
        burn_cpu(self._emulate_cpu_ms * len(records))
        predictions = self._model.predict_batch(records)
        if len(predictions) != len(records):
            raise RuntimeError(f"the model answered {len(records)} records with {len(predictions)} predictions")
        for prediction in predictions:
            check_finite(prediction)
        took_s = time.perf_counter() - began_s
        self._pace_of_many.note(took_s, len(records), size)
        self._model_time.add(took_s, len(records))
        return predictions


def burn_cpu(duration_ms: float) -> None:
    """Spend CPU time of this thread: waiting would not stand for a model, others could compute meanwhile."""
    if duration_ms:
        end_s = time.thread_time() + duration_ms / 1000
        while time.thread_time() < end_s:
            pass


def check_finite(prediction: BaseModel) -> None:
    """Raise for a prediction that JSON cannot express; the schema does not see what was built around it."""
    for name, value in prediction.__dict__.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise RuntimeError(f"the model predicted {name}={value}")
