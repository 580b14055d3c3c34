"""The Open Inference Protocol, version 2, in its JSON form: another way to ask the same models."""

import logging
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import Receive, Scope

import service
from model.base import RegressionModel
from service.bodies import BodyReader, unsupported
from service.endpoint import Answer, Endpoint, JsonResponse, Operation, constant
from service.health import Lifecycle
from service.hosting import example_of
from service.inference_messages import (
    InferenceRequest,
    InferenceResponse,
    ModelReady,
    ServerLive,
    ServerMetadata,
    ServerReady,
    TensorModelMetadata,
)
from service.intake import Intake
from service.prediction import PROBLEMS, batch_schemas
from service.predictor import Predictor
from service.problems import unavailable
from service.tensors import as_batch, as_tensors, place_in_tensors, refuse_other_tensors, tensors

TAG = "Open Inference Protocol"
PLATFORM = "loadproof_regression"
BINARY_HEADER = b"inference-header-content-length"
_log = logging.getLogger(__name__)


def server_endpoints(title: str, lifecycle: Lifecycle) -> list[Endpoint]:
    """Return what says that there is a server."""
    server = ServerMetadata(name=title, version=service.__version__)
    live = Operation("v2_live", TAG, "Liveness: the event loop answers", returns=ServerLive)
    ready = Operation("v2_ready", TAG, "Readiness: send requests here", returns=ServerReady, problems=(503,))
    return [
        constant("/v2", server, Operation("v2_server", TAG, "The server", returns=ServerMetadata)),
        constant("/v2/health/live", ServerLive(), live),
        _probe("/v2/health/ready", ServerReady(), lifecycle, ready),
    ]


def tensor_endpoints(
    model: RegressionModel, predictor: Predictor, intake: Intake, lifecycle: Lifecycle, emulate_cpu_ms: float
) -> list[Endpoint]:
    """Return the endpoints of one model; none if its records are more than one plain value per field."""
    try:
        inputs, outputs = tensors(model.input_schema), tensors(model.output_schema)
    except KeyError as field:
        _log.info("nothing under /v2 for %s: %s is no plain value", model.qualified_name, field)
        return []
    name, shown = model.qualified_name, model.display_name
    emulated = {"emulate_cpu_ms": emulate_cpu_ms}
    metadata = TensorModelMetadata(name=name, platform=PLATFORM, inputs=inputs, outputs=outputs, parameters=emulated)
    describe = Operation(f"v2_{name}", TAG, f"{shown}: inputs and outputs", returns=TensorModelMetadata)
    ready = Operation(f"v2_{name}_ready", TAG, f"{shown}: readiness", returns=ModelReady, problems=(503,))
    infer = Operation(
        f"v2_{name}_infer",
        TAG,
        f"{shown}: predict up to 1,000 records",
        f"{model.description} All or nothing. A problem carries the member error as well.",
        accepts=InferenceRequest,
        example=_example(model, metadata),
        returns=InferenceResponse,
        returned="The predictions, in the order of the records.",
        problems=PROBLEMS,
    )
    return [
        constant(f"/v2/models/{name}", metadata, describe),
        _probe(f"/v2/models/{name}/ready", ModelReady(name=name), lifecycle, ready),
        Endpoint("POST", f"/v2/models/{name}/infer", _infer(model, metadata, predictor, intake), infer),
    ]


def _example(model: RegressionModel, metadata: TensorModelMetadata) -> dict[str, Any]:
    record = example_of(model.input_schema)
    inputs = [
        {"name": tensor.name, "shape": [2], "datatype": tensor.datatype, "data": [record[tensor.name]] * 2}
        for tensor in metadata.inputs
    ]
    return {"id": "42", "inputs": inputs}


def _probe(path: str, content: BaseModel, lifecycle: Lifecycle, operation: Operation) -> Endpoint:
    body = content.model_dump_json().encode()

    async def answer(_scope: Scope, _receive: Receive) -> Response:
        if not lifecycle.ready:
            raise unavailable(f"The service is {lifecycle.phase}.")
        return JsonResponse(body)

    return Endpoint("GET", path, answer, operation)


def _infer(model: RegressionModel, metadata: TensorModelMetadata, predictor: Predictor, intake: Intake) -> Answer:
    requests = BodyReader(InferenceRequest, intake)
    batches = BodyReader(batch_schemas(model)[0], intake)

    async def answer(scope: Scope, receive: Receive) -> Response:
        predictor.refuse_when_full()
        refuse_binary(scope)
        request = await requests.read(scope, receive)
        refuse_other_tensors(request, metadata)
        records = batches.parse(as_batch(request), lambda place: place_in_tensors(place, request))
        predictions = await predictor.many(records.instances, receive)
        response = InferenceResponse(
            model_name=model.qualified_name, id=request.id, outputs=as_tensors(predictions, request, metadata)
        )
        return JsonResponse(response.model_dump_json(exclude_none=True).encode())

    return answer


def refuse_binary(scope: Scope) -> None:
    """Refuse the extension that appends the bytes of tensors to the JSON."""
    if any(name == BINARY_HEADER for name, _ in scope["headers"]):
        raise unsupported("Binary tensors are not offered: send all data within the JSON (binary_data=False).")
