"""What goes over the wire in the Open Inference Protocol: the JSON objects of its version 2."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Parameters = Annotated[dict[str, Any], Field(description="Parameters of extensions; none is offered, none is read.")]


class ServerMetadata(BaseModel):
    """What the server says about itself."""

    name: Annotated[str, Field(description="Title of the service.", examples=["Price predictions"])]
    version: Annotated[str, Field(description="Version of the service.", examples=["0.1.0"])]
    extensions: Annotated[tuple[str, ...], Field(description="Extensions of the protocol: none.")] = ()


class ServerLive(BaseModel):
    """The server answers."""

    live: Annotated[bool, Field(description="Always true; a dead server says nothing.")] = True


class ServerReady(BaseModel):
    """The server takes requests."""

    ready: Annotated[bool, Field(description="Always true; a server that is not ready answers 503.")] = True


class ModelReady(ServerReady):
    """A model takes requests."""

    name: Annotated[str, Field(description="Name of the model.", examples=["taxi_fare_model"])]


class TensorMetadata(BaseModel):
    """A tensor that a model takes or gives: one field of all records."""

    name: Annotated[str, Field(description="Name of the field.", examples=["passenger_count"])]
    datatype: Annotated[str, Field(description="INT64, FP64, BOOL or BYTES (strings).", examples=["INT64"])]
    shape: Annotated[tuple[int, ...], Field(description="One value per record; -1 stands for any number.")] = (-1,)


class TensorModelMetadata(BaseModel):
    """What a model takes and gives, as tensors."""

    name: Annotated[str, Field(description="Name of the model.", examples=["taxi_fare_model"])]
    platform: Annotated[str, Field(description="What runs the model.", examples=["loadproof_regression"])]
    inputs: Annotated[tuple[TensorMetadata, ...], Field(description="All of them are required.")]
    outputs: Annotated[tuple[TensorMetadata, ...], Field(description="What it answers.")]
    parameters: Annotated[
        dict[str, float],
        Field(
            description="emulate_cpu_ms: CPU time burnt per record to stand for a heavier model; 0 in earnest.",
            examples=[{"emulate_cpu_ms": 0.0}],
        ),
    ]


class Tensor(BaseModel):
    """One field of n records."""

    name: Annotated[str, Field(description="Name of the field.", examples=["passenger_count"])]
    shape: Annotated[list[int], Field(description="The number of records, in brackets.", examples=[[2]])]
    datatype: Annotated[str, Field(description="As the metadata of the model says.", examples=["INT64"])]
    data: Annotated[list[Any], Field(description="One value per record, in JSON.", examples=[[2, 1]])]


class InputTensor(Tensor):
    """One field of n records, as a client sends it."""

    model_config = ConfigDict(extra="forbid")

    parameters: Parameters = {}


class RequestedOutput(BaseModel):
    """An output that the client wants."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(description="Name of the output.", examples=["price"])]
    parameters: Parameters = {}


class InferenceRequest(BaseModel):
    """n records as tensors."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str | None, Field(description="Returned in the answer.", examples=["42"])] = None
    inputs: Annotated[list[InputTensor], Field(description="One for each field of the records, in any order.")]
    outputs: Annotated[list[RequestedOutput] | None, Field(description="Wanted outputs; all if left out.")] = None
    parameters: Parameters = {}


class InferenceResponse(BaseModel):
    """n predictions as tensors."""

    model_name: Annotated[str, Field(description="Name of the model.", examples=["taxi_fare_model"])]
    id: Annotated[str | None, Field(description="The id of the request, if it had one.", examples=["42"])] = None
    outputs: Annotated[list[Tensor], Field(description="One for each wanted output.")]
