"""Answering with predictions: one record, or up to 1,000 at once."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model
from starlette.responses import Response
from starlette.types import Receive, Scope

from model.base import RegressionModel
from service.bodies import BodyReader
from service.endpoint import Answer, Endpoint, JsonResponse, Operation
from service.hosting import Hosted, example_of
from service.intake import Intake
from service.predictor import Predictor

MAX_INSTANCES = 1000
PROBLEMS = (400, 408, 413, 415, 422, 500, 503)


class Batch(BaseModel):
    """Records to predict at once; every model has a subclass that says of which schema."""

    model_config = ConfigDict(extra="forbid")

    instances: list[Any]


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
