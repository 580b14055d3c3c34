"""Valid records and answers to them, for tests that spoil them."""

import json
from typing import Any

from starlette.testclient import TestClient

from model.base import RegressionModel
from model.insurance_charges import InsuranceChargesModel
from model.taxi_fare import TaxiFareModel
from service.hosting import example_of

MODELS: tuple[type[RegressionModel], ...] = (InsuranceChargesModel, TaxiFareModel)
JSON_HEADERS = {"Content-Type": "application/json"}


def record(model: type[RegressionModel]) -> dict[str, Any]:
    """Return a record that the model accepts."""
    return example_of(model.input_schema)


def single_path(model: type[RegressionModel]) -> str:
    """Return where one record is predicted."""
    return f"/api/models/{model.qualified_name}/prediction"


def batch_path(model: type[RegressionModel]) -> str:
    """Return where many records are predicted."""
    return f"/api/models/{model.qualified_name}/predictions"


def with_raw(fields: dict[str, Any], name: str, raw: str) -> str:
    """Return the record as JSON, one value replaced by raw text that need not be JSON."""
    parts = (f"{json.dumps(key)}:{raw if key == name else json.dumps(value)}" for key, value in fields.items())
    return "{" + ",".join(parts) + "}"


def post(client: TestClient, path: str, body: str | bytes) -> tuple[int, dict[str, Any]]:
    """Post raw JSON; return status and answer."""
    response = client.post(path, content=body, headers=JSON_HEADERS)
    if response.status_code != 200:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code
    answer: dict[str, Any] = response.json()
    return response.status_code, answer
