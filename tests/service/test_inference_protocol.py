"""The Open Inference Protocol: a client from elsewhere gets what our own endpoints answer."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import tritonclient.http as triton
from numpy.typing import NDArray
from pydantic import BaseModel
from starlette.testclient import TestClient
from tritonclient.utils import InferenceServerException

from model.base import RegressionModel
from service.app import Service, create_app
from service.health import Phase
from service.hosting import Hosted
from service.inference_messages import InferenceRequest, TensorModelMetadata
from service.problems import ProblemError
from service.settings import Settings
from service.tensors import refuse_other_tensors
from tests.conftest import ServiceFactory
from tests.service.records import JSON_HEADERS, MODELS, batch_path, post, record
from tests.service.toy import CRASHES, ToyModel

NUMPY: dict[str, Any] = {"INT64": np.int64, "FP64": np.float64, "BOOL": np.bool_, "BYTES": np.object_}
INFER = "/v2/models/toy_model/infer"
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.qualified_name)


@pytest.fixture(scope="module")
def client(running_service: ServiceFactory) -> Iterator[triton.InferenceServerClient]:
    with triton.InferenceServerClient(running_service().url.removeprefix("http://")) as client:
        yield client


def tensors(client: triton.InferenceServerClient, name: str, records: list[dict[str, Any]]) -> list[triton.InferInput]:
    """Return records as the tensors that the model's metadata asks for."""
    inputs = []
    for tensor in client.get_model_metadata(name)["inputs"]:
        values: NDArray[Any] = np.array([one[tensor["name"]] for one in records], dtype=NUMPY[tensor["datatype"]])
        inputs.append(triton.InferInput(tensor["name"], [len(records)], tensor["datatype"]))
        inputs[-1].set_data_from_numpy(values, binary_data=False)
    return inputs


def test_the_client_finds_the_server_alive_and_ready(client: triton.InferenceServerClient) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.get_server_metadata()["extensions"] == []


@each_model
def test_the_client_finds_the_model_ready(client: triton.InferenceServerClient, model: type[RegressionModel]) -> None:
    assert client.is_model_ready(model.qualified_name)
    assert not client.is_model_ready("unknown")
    metadata = client.get_model_metadata(model.qualified_name)
    assert [tensor["name"] for tensor in metadata["inputs"]] == list(model.input_schema.model_fields)
    assert {tuple(tensor["shape"]) for tensor in metadata["inputs"] + metadata["outputs"]} == {(-1,)}


@each_model
@pytest.mark.parametrize("count", [1, 3, 1000])
def test_the_client_gets_the_predictions_of_a_batch(
    client: triton.InferenceServerClient, configured: TestClient, model: type[RegressionModel], count: int
) -> None:
    records = [record(model)] * count
    [output] = client.get_model_metadata(model.qualified_name)["outputs"]
    found = client.infer(model.qualified_name, tensors(client, model.qualified_name, records), request_id="42")
    batch = configured.post(batch_path(model), json={"instances": records}).json()["predictions"]
    assert found.as_numpy(output["name"]).tolist() == [one[output["name"]] for one in batch]
    assert found.get_response()["id"] == "42"


@each_model
def test_the_client_learns_what_is_wrong(client: triton.InferenceServerClient, model: type[RegressionModel]) -> None:
    inputs = tensors(client, model.qualified_name, [record(model)])
    with pytest.raises(InferenceServerException, match="inputs: Should hold each of these once") as refused:
        client.infer(model.qualified_name, inputs[1:])
    assert refused.value.status() == "422"


def test_the_client_learns_that_there_is_no_such_model(client: triton.InferenceServerClient) -> None:
    with pytest.raises(InferenceServerException, match="Nothing is served at this path") as refused:
        client.get_model_metadata("unknown")
    assert refused.value.status() == "404"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v2/unknown", b"", 404),
        ("POST", "/v2", b"", 405),
        ("GET", INFER, b"", 405),
        ("POST", INFER, b" " * (2**20 + 1), 413),
        ("POST", INFER, b"{", 400),
    ],
)
def test_every_problem_has_the_member_that_clients_look_for(
    toy: TestClient, method: str, path: str, body: bytes, status: int
) -> None:
    answer = toy.request(method, path, content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["error"].startswith(answer.json()["detail"])


def test_a_failure_has_the_member_that_clients_look_for(toy: TestClient) -> None:
    request = _request(change=lambda r: r["inputs"][0].update(data=[1, CRASHES]))
    status, problem = post(toy, INFER, json.dumps(request))
    assert (status, problem["error"]) == (500, problem["detail"])


@pytest.mark.parametrize("path", ["/nowhere", "/v2x"])
def test_problems_of_other_paths_do_not_have_it(toy: TestClient, path: str) -> None:
    assert "error" not in toy.get(path).json()


@each_model
def test_binary_tensors_are_refused_with_the_remedy(
    client: triton.InferenceServerClient, model: type[RegressionModel]
) -> None:
    [output] = client.get_model_metadata(model.qualified_name)["outputs"]
    inputs = tensors(client, model.qualified_name, [record(model)])
    inputs[-1] = triton.InferInput(output["name"], [1], "FP64")
    inputs[-1].set_data_from_numpy(np.array([1.0]), binary_data=True)
    with pytest.raises(InferenceServerException, match="binary_data=False") as refused:
        client.infer(model.qualified_name, inputs)
    assert refused.value.status() == "415"


Change = Callable[[dict[str, Any]], object]


def _request(*, count: int = 2, change: Change = lambda _: None) -> dict[str, Any]:
    datatypes = {int: "INT64", float: "FP64", bool: "BOOL", str: "BYTES"}
    inputs = [
        {"name": name, "shape": [count], "datatype": datatypes[type(value)], "data": [value] * count}
        for name, value in record(ToyModel).items()
    ]
    request: dict[str, Any] = {"inputs": inputs}
    change(request)
    return request


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("inputs", lambda r: r["inputs"].pop()),
        ("inputs", lambda r: r["inputs"].append(r["inputs"][0])),
        ("inputs", lambda r: r["inputs"].clear()),
        ("inputs", lambda r: r["inputs"][0].update(name="surprise")),
        ("inputs[1].datatype", lambda r: r["inputs"][1].update(datatype="FP32")),
        ("inputs[0].shape", lambda r: r["inputs"][0].update(shape=[1, 2])),
        ("inputs[0].shape", lambda r: r["inputs"][0].update(shape=[])),
        ("inputs[2].shape", lambda r: r["inputs"][2].update(data=["red"])),
        ("inputs[0].data[1]", lambda r: r["inputs"][0].update(data=[1, 201])),
        ("inputs[0].data[0]", lambda r: r["inputs"][0].update(data=["1", 1])),
        ("inputs[0].data[0]", lambda r: r["inputs"][0].update(data=[[1], 1])),
        ("inputs[1].data[0]", lambda r: r["inputs"][1].update(data=[True, 0.5])),
        ("inputs[3].data[1]", lambda r: r["inputs"][3].update(data=[True, 1])),
        ("inputs[0].data", lambda r: r["inputs"][0].update(data=5)),
        ("inputs[0].name", lambda r: r["inputs"][0].pop("name")),
        ("outputs[0].name", lambda r: r.update(outputs=[{"name": "triple"}])),
        ("surprise", lambda r: r.update(surprise=1)),
    ],
)
def test_what_is_wrong_is_named(toy: TestClient, field: str, change: Change) -> None:
    status, problem = post(toy, INFER, json.dumps(_request(change=change)))
    assert status == 422
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["error"].endswith(problem["errors"][0]["message"])


def test_a_client_that_reads_one_text_learns_all_that_is_wrong(toy: TestClient) -> None:
    wrong = _request(change=lambda r: (r["inputs"][1].update(datatype="FP32"), r["inputs"][2].update(data=["red"])))
    _, problem = post(toy, INFER, json.dumps(wrong))
    assert problem["error"] == (
        "The tensors are not as the metadata of the model says. inputs[1].datatype: Should be FP64; "
        "inputs[2].shape: Should be [n] for n records, with n values in every data"
    )


@pytest.mark.parametrize(("wrong", "rest"), [(5, ""), (6, "; and 1 more")])
def test_a_text_of_what_is_wrong_ends_after_the_first_few(toy: TestClient, wrong: int, rest: str) -> None:
    _, problem = post(toy, INFER, json.dumps(_request() | {f"key_{number}": 1 for number in range(wrong)}))
    told = "; ".join(f"key_{number}: Extra inputs are not permitted" for number in range(5))
    assert problem["error"] == f"{wrong} fields are not as the schema in /docs says. {told}{rest}"


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e400"])
def test_what_is_no_number_is_refused(toy: TestClient, value: str) -> None:
    status, problem = post(toy, INFER, json.dumps(_request()).replace("0.5", value))
    assert status == 422
    assert {error["field"] for error in problem["errors"]} == {"inputs[1].data[0]", "inputs[1].data[1]"}


@pytest.mark.parametrize("count", [0, 1001])
def test_a_batch_of_another_size_than_1_to_1000_is_refused(toy: TestClient, count: int) -> None:
    status, problem = post(toy, INFER, json.dumps(_request(count=count)))
    assert status == 422
    assert [error["field"] for error in problem["errors"]] == ["inputs"]


def test_more_records_than_a_batch_holds_are_refused_before_any_of_them_is_built(toy: TestClient) -> None:
    """A body of a million bytes holds 80,000 records of one number, which would keep the loop from all others."""
    request = InferenceRequest.model_validate(_request(count=1001))
    metadata = TensorModelMetadata.model_validate(toy.get("/v2/models/toy_model").json())
    with pytest.raises(ProblemError, match="422") as refused:
        refuse_other_tensors(request, metadata)
    told = [(error.field, error.message) for error in refused.value.problem.errors]
    assert told == [("inputs", "Should hold 1,000 records at most")]


def test_tensors_come_in_any_order_with_any_parameters(toy: TestClient) -> None:
    request = _request(change=lambda r: r.update(parameters={"binary_data_output": True}, inputs=r["inputs"][::-1]))
    request["outputs"] = [{"name": "double", "parameters": {"binary_data": True}}]
    output = {"name": "double", "shape": [2], "datatype": "FP64", "data": [42.0, 42.0]}
    assert toy.post(INFER, json=request).json() == {"model_name": "toy_model", "outputs": [output]}


def test_what_is_not_json_is_a_bad_request(toy: TestClient) -> None:
    status, problem = post(toy, INFER, "{")
    assert status == 400
    assert "not JSON" in problem["error"]


def test_nothing_is_ready_while_the_service_stops(toy: TestClient) -> None:
    app = toy.app
    assert isinstance(app, Service)
    app.lifecycle.phase = Phase.STOPPING
    for path in ("/v2/health/ready", "/v2/models/toy_model/ready"):
        response = toy.get(path)
        assert response.status_code == 503
        assert response.json()["error"] == "The service is stopping."
    assert toy.get("/v2/health/live").status_code == 200


def test_a_model_whose_records_are_not_flat_is_served_without_the_protocol() -> None:
    class Nested(BaseModel):
        number: int | None = None

    model = type("NestedModel", (ToyModel,), {"input_schema": Nested})
    with TestClient(create_app("Toys", [Hosted(model())], Settings())) as client:
        assert client.get("/v2/models/toy_model").status_code == 404
        assert client.get("/api/models/toy_model/metadata").status_code == 200


def test_the_documented_request_is_the_one_that_is_read(configured_app: Service) -> None:
    body = configured_app.openapi()["paths"]["/v2/models/taxi_fare_model/infer"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"] == {
        "$ref": f"#/components/schemas/{InferenceRequest.__name__}"
    }


def test_a_content_type_is_not_needed(toy: TestClient) -> None:
    headers = {key: value for key, value in JSON_HEADERS.items() if key != "Content-Type"}
    assert toy.post(INFER, content=json.dumps(_request()), headers=headers).status_code == 200
