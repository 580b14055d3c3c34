"""Answering with predictions: one record, or up to 1,000 at once."""

import math
import time
from collections.abc import Awaitable, Sequence
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model
from starlette.responses import Response
from starlette.types import Receive, Scope

from model.base import RegressionModel
from service.backpressure import PredictionQueue
from service.bodies import BodyReader
from service.counters import ModelTime
from service.endpoint import Answer, Endpoint, JsonResponse, Operation
from service.hosting import Hosted, example_of
from service.intake import Intake
from service.pace import BatchPace, Pace
from service.slices import SlicedBatch, too_much

MAX_INSTANCES = 1000
PROBLEMS = (400, 408, 413, 415, 422, 500, 503)


class Batch(BaseModel):
    """Records to predict at once; every model has a subclass that says of which schema."""

    model_config = ConfigDict(extra="forbid")

    instances: list[Any]


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


def prediction_endpoints(hosted: Hosted, intake: Intake, predictor: Predictor) -> list[Endpoint]:
    """Return the endpoints of one model, its alias included."""
    model = hosted.model
    base = f"/api/models/{model.qualified_name}"
    one = _answer_one(model, predictor, BodyReader(model.input_schema, intake))
    endpoints = [Endpoint("POST", f"{base}/prediction", one, _operation_one(model, f"predict_{model.qualified_name}"))]
    if hosted.path is not None:
        operation = _operation_one(model, f"predict_{model.qualified_name}_alias")
        endpoints.append(Endpoint("POST", hosted.path, one, operation))
    accepts, returns = batch_schemas(model)
    many = _answer_many(model, predictor, BodyReader(accepts, intake))
    endpoints.append(Endpoint("POST", f"{base}/predictions", many, _operation_many(model, accepts, returns)))
    return endpoints


def _answer_one(model: RegressionModel, predictor: Predictor, reader: BodyReader[BaseModel]) -> Answer:
    to_json = TypeAdapter(model.output_schema).serializer.to_json

    async def answer(scope: Scope, receive: Receive) -> Response:
        predictor.refuse_when_full()
        record = await reader.read(scope, receive)
        return JsonResponse(to_json(await predictor.one(record, receive)))

    return answer


def _answer_many(model: RegressionModel, predictor: Predictor, reader: BodyReader[Batch]) -> Answer:
    to_json = TypeAdapter(list[model.output_schema]).serializer.to_json  # type: ignore[name-defined]

    async def answer(scope: Scope, receive: Receive) -> Response:
        predictor.refuse_when_full()
        batch = await reader.read(scope, receive)
        predictions = await predictor.many(batch.instances, receive)
        return JsonResponse(b'{"predictions":%b}' % to_json(predictions))

    return answer


def batch_schemas(model: RegressionModel) -> tuple[type[Batch], type[BaseModel]]:
    """Return the schemas of a batch and of its answer."""
    sizes = Field(min_length=1, max_length=MAX_INSTANCES)
    instances = Field(title="Instances", description="The records to predict.")
    predictions = Field(title="Predictions", description="One for every record, in the same order.")
    accepted = Annotated[list[model.input_schema], sizes, instances]  # type: ignore[name-defined]
    returned = Annotated[list[model.output_schema], sizes, predictions]  # type: ignore[name-defined]
    name = model.input_schema.__name__
    return (
        create_model(f"{name}Batch", __base__=Batch, instances=accepted),
        create_model(f"{name}Predictions", predictions=returned),
    )


def _operation_one(model: RegressionModel, operation_id: str) -> Operation:
    return Operation(
        operation_id,
        model.display_name,
        f"{model.display_name}: predict one record",
        model.description,
        accepts=model.input_schema,
        example=example_of(model.input_schema),
        returns=model.output_schema,
        returned="The prediction.",
        problems=PROBLEMS,
    )


def _operation_many(model: RegressionModel, accepts: type[Batch], returns: type[BaseModel]) -> Operation:
    return Operation(
        f"predict_{model.qualified_name}_batch",
        model.display_name,
        f"{model.display_name}: predict up to {MAX_INSTANCES:,} records",
        f"{model.description} All or nothing: one wrong record refuses the batch.",
        accepts=accepts,
        example={"instances": [example_of(model.input_schema)] * 2},
        returns=returns,
        returned="The predictions, in the order of the records.",
        problems=PROBLEMS,
    )
