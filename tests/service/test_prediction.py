"""Good records get predictions; a model that misbehaves costs an answer, not the service."""

import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from model.base import RegressionModel
from service.app import create_app
from service.hosting import Hosted
from service.predictor import burn_cpu
from service.settings import Settings
from tests.service.records import MODELS, batch_path, record, single_path
from tests.service.toy import ANSWERS_NAN, ANSWERS_NOTHING, CRASHES, ToyModel
from tests.stalls import again_if_disturbed

SINGLE, BATCH = single_path(ToyModel), batch_path(ToyModel)


def _toy_record(number: int) -> dict[str, Any]:
    return record(ToyModel) | {"number": number}


@pytest.mark.parametrize("path", [SINGLE, "/predict"])
def test_a_record_gets_its_prediction(toy: TestClient, path: str) -> None:
    response = toy.post(path, json=_toy_record(4))
    assert (response.status_code, response.json()) == (200, {"double": 8.0})
    assert response.headers["content-type"] == "application/json"


def test_a_batch_gets_predictions_in_its_order(toy: TestClient) -> None:
    response = toy.post(BATCH, json={"instances": [_toy_record(number) for number in (3, 1, 2)]})
    assert (response.status_code, response.json()) == (200, {"predictions": [{"double": n} for n in (6.0, 2.0, 4.0)]})


def test_a_whole_number_is_a_number(toy: TestClient) -> None:
    assert toy.post(SINGLE, json=_toy_record(1) | {"weight": 1}).status_code == 200


@pytest.mark.parametrize("count", [1, 1000])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.qualified_name)
def test_a_batch_predicts_what_single_records_do(
    configured: TestClient, model: type[RegressionModel], count: int
) -> None:
    alone = configured.post(single_path(model), json=record(model)).json()
    together = configured.post(batch_path(model), json={"instances": [record(model)] * count})
    assert together.status_code == 200
    assert together.json() == {"predictions": [alone] * count}


def test_the_alias_of_the_taxi_model_is_predict(configured: TestClient) -> None:
    taxi = MODELS[1]
    answers = [configured.post(path, json=record(taxi)) for path in ("/predict", single_path(taxi))]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("number", [CRASHES, ANSWERS_NAN, ANSWERS_NOTHING])
def test_a_model_that_fails_is_a_500_that_tells_nothing(
    toy: TestClient, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    for path, body in ((SINGLE, _toy_record(number)), (BATCH, {"instances": [_toy_record(1), _toy_record(number)]})):
        caplog.clear()
        response = toy.post(path, json=body)
        assert response.status_code == 500
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["detail"] == "The service failed to answer; the fault is not in the request."
        assert "NaN" not in response.text
        assert "secret" not in response.text
        assert "Traceback" in caplog.text
    assert toy.post(SINGLE, json=_toy_record(1)).status_code == 200


def test_a_model_without_endpoint_is_loaded_but_served_nowhere() -> None:
    with TestClient(
        create_app("Toys", [Hosted(ToyModel(), create_endpoint=False, path="/predict")], Settings())
    ) as client:
        for path in (SINGLE, BATCH, "/predict"):
            assert client.post(path, json=_toy_record(1)).status_code == 404
        assert client.get("/api/models/toy_model/metadata").status_code == 404
        assert client.get("/api/models").json() == {"models": []}


def test_models_are_listed_and_described(toy: TestClient) -> None:
    summary = {
        "qualified_name": "toy_model",
        "display_name": "Toy",
        "description": "Doubles a number.",
        "version": "1.2.3",
    }
    assert toy.get("/api/models").json() == {"models": [summary]}
    metadata = toy.get("/api/models/toy_model/metadata").json()
    assert metadata | summary == metadata
    assert metadata["input_schema"]["properties"]["number"]["maximum"] == 200
    assert metadata["output_schema"]["properties"]["double"]["type"] == "number"
    assert metadata["card"] is None
    assert metadata["emulate_cpu_ms"] == 0


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.qualified_name)
def test_the_metadata_of_a_real_model_holds_its_card(configured: TestClient, model: type[RegressionModel]) -> None:
    metadata = configured.get(f"/api/models/{model.qualified_name}/metadata").json()
    assert metadata["card"]["version"] == metadata["version"]


@again_if_disturbed
@pytest.mark.parametrize("duration_ms", [0.0, 5.0, 50.0])
def test_emulated_work_takes_the_cpu_time_asked_for(duration_ms: float) -> None:
    start_s = time.thread_time()
    burn_cpu(duration_ms)
    spent_ms = (time.thread_time() - start_s) * 1000
    assert duration_ms <= spent_ms <= duration_ms * 1.1 + 0.5


def test_emulated_work_is_done_for_every_record_and_shown() -> None:
    settings = Settings(emulate_cpu_ms=10)
    with TestClient(create_app("Toys", [Hosted(ToyModel())], settings)) as client:
        start_s = time.process_time()
        assert client.post(SINGLE, json=_toy_record(1)).status_code == 200
        assert client.post(BATCH, json={"instances": [_toy_record(1)] * 3}).status_code == 200
        assert time.process_time() - start_s >= 0.04
        assert client.get("/api/models/toy_model/metadata").json()["emulate_cpu_ms"] == 10
        assert "service_emulated_cpu_seconds 0.01" in client.get("/metrics").text
