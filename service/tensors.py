"""Between tensors and records: a tensor holds one field of all records."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from service.bodies import LISTED_ERRORS, Place, field_error
from service.inference_messages import InferenceRequest, Tensor, TensorMetadata, TensorModelMetadata
from service.prediction import MAX_INSTANCES
from service.problems import FieldError, ProblemError

DATATYPES = {"integer": "INT64", "number": "FP64", "boolean": "BOOL", "string": "BYTES"}
"""Datatype of a tensor by the type that JSON Schema gives the field."""


def tensors(schema: type[BaseModel]) -> tuple[TensorMetadata, ...]:
    """Return one tensor for each field; raise `KeyError` with a field that holds no plain value."""
    properties: dict[str, dict[str, Any]] = schema.model_json_schema()["properties"]
    for name, rules in properties.items():
        if rules.get("type") not in DATATYPES:
            raise KeyError(name)
    return tuple(TensorMetadata(name=name, datatype=DATATYPES[rules["type"]]) for name, rules in properties.items())


def refuse_other_tensors(request: InferenceRequest, metadata: TensorModelMetadata) -> None:
    """Raise the `ProblemError` that says which tensors are not those of the model."""
    errors = tuple(islice(_tensor_errors(request, metadata), LISTED_ERRORS))
    if errors:
        raise ProblemError(422, "The tensors are not as the metadata of the model says.", errors)


def _tensor_errors(request: InferenceRequest, metadata: TensorModelMetadata) -> Iterator[FieldError]:
    datatypes = {tensor.name: tensor.datatype for tensor in metadata.inputs}
    outputs = {tensor.name for tensor in metadata.outputs}
    if sorted(tensor.name for tensor in request.inputs) != sorted(datatypes):
        yield field_error(("inputs",), f"Should hold each of these once: {', '.join(datatypes)}")
        return
    count = len(request.inputs[0].data)
    if count > MAX_INSTANCES:
        yield field_error(("inputs",), f"Should hold {MAX_INSTANCES:,} records at most")
        return
    for index, tensor in enumerate(request.inputs):
        if tensor.datatype != datatypes[tensor.name]:
            yield field_error(("inputs", index, "datatype"), f"Should be {datatypes[tensor.name]}")
        if tensor.shape != [count] or len(tensor.data) != count:
            yield field_error(("inputs", index, "shape"), "Should be [n] for n records, with n values in every data")
    for index, output in enumerate(request.outputs or ()):
        if output.name not in outputs:
            yield field_error(("outputs", index, "name"), f"Should be {' or '.join(sorted(outputs))}")


def as_batch(request: InferenceRequest) -> bytes:
    """Return the records as the body that the endpoint for batches reads, so that both accept the same."""
    names = [tensor.name for tensor in request.inputs]
    rows = zip(*(tensor.data for tensor in request.inputs), strict=True)
    return to_json({"instances": [dict(zip(names, row, strict=True)) for row in rows]})


def place_in_tensors(place: Place, request: InferenceRequest) -> Place:
    """Return where a field of a record stands in the tensors."""
    if len(place) < 3:
        return ("inputs",)
    _, row, name, *rest = place
    column = next(index for index, tensor in enumerate(request.inputs) if tensor.name == name)
    return ("inputs", column, "data", row, *rest)


def as_tensors(
    predictions: Sequence[BaseModel], request: InferenceRequest, metadata: TensorModelMetadata
) -> list[Tensor]:
    """Return predictions as the outputs that the request wants."""
    wanted = {output.name for output in request.outputs or metadata.outputs}
    return [
        Tensor(
            name=tensor.name,
            datatype=tensor.datatype,
            shape=[len(predictions)],
            data=[getattr(prediction, tensor.name) for prediction in predictions],
        )
        for tensor in metadata.outputs
        if tensor.name in wanted
    ]
