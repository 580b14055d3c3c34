"""The OpenAPI document is complete, committed, and its examples work."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import service
from service.app import Service
from service.openapi import COMMITTED, openapi_text

ROOT = Path(__file__).parents[2]
PATHS = {
    "/api/health": "get",
    "/api/health/ready": "get",
    "/api/health/startup": "get",
    "/api/models": "get",
    "/api/models/insurance_charges_model/metadata": "get",
    "/api/models/insurance_charges_model/prediction": "post",
    "/api/models/insurance_charges_model/predictions": "post",
    "/api/models/taxi_fare_model/metadata": "get",
    "/api/models/taxi_fare_model/prediction": "post",
    "/api/models/taxi_fare_model/predictions": "post",
    "/metrics": "get",
    "/predict": "post",
    "/v2": "get",
    "/v2/health/live": "get",
    "/v2/health/ready": "get",
    "/v2/models/insurance_charges_model": "get",
    "/v2/models/insurance_charges_model/infer": "post",
    "/v2/models/insurance_charges_model/ready": "get",
    "/v2/models/taxi_fare_model": "get",
    "/v2/models/taxi_fare_model/infer": "post",
    "/v2/models/taxi_fare_model/ready": "get",
}
POSTS = [path for path, method in PATHS.items() if method == "post"]


@pytest.fixture
def document(configured_app: Service) -> dict[str, Any]:
    return configured_app.openapi()


def _properties(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{name}.{field}", content)
        for name, schema in document["components"]["schemas"].items()
        for field, content in schema.get("properties", {}).items()
    ]


def test_the_committed_document_is_the_one_of_the_app(configured_app: Service) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == openapi_text(configured_app), "run python -m service.openapi"


def test_every_path_is_documented(document: dict[str, Any]) -> None:
    assert {path: next(iter(methods)) for path, methods in document["paths"].items()} == PATHS


def test_the_version_is_that_of_the_project(document: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert document["info"]["version"] == service.__version__ == project["version"]


def test_operations_have_unique_ids_tags_and_summaries(document: dict[str, Any]) -> None:
    operations = [document["paths"][path][method] for path, method in PATHS.items()]
    assert len({operation["operationId"] for operation in operations}) == len(PATHS)
    for operation in operations:
        assert operation["tags"]
        assert operation["summary"]
        assert operation["description"]


def test_every_field_has_title_and_description(document: dict[str, Any]) -> None:
    for name, content in _properties(document):
        assert content.get("title"), name
        assert content.get("description"), name


def test_every_field_of_a_record_has_limits_and_an_example(document: dict[str, Any]) -> None:
    limits = {"minimum", "maximum", "enum", "pattern", "minLength", "maxLength"}
    for name in ("InsuranceRecord", "TripRecord"):
        schema = document["components"]["schemas"][name]
        assert schema["additionalProperties"] is False
        assert set(schema["required"]) == set(schema["properties"])
        for field, content in schema["properties"].items():
            assert content["examples"], field
            assert content["type"] == "boolean" or limits & content.keys(), field


def test_predictions_have_examples(document: dict[str, Any]) -> None:
    for name in ("InsurancePrediction", "FarePrediction"):
        for field, content in document["components"]["schemas"][name]["properties"].items():
            assert content["examples"], field


def test_batches_hold_1_to_1000_records(document: dict[str, Any]) -> None:
    for name, field in (("InsuranceRecordBatch", "instances"), ("TripRecordPredictions", "predictions")):
        content = document["components"]["schemas"][name]["properties"][field]
        assert (content["minItems"], content["maxItems"]) == (1, 1000)


@pytest.mark.parametrize("path", POSTS)
def test_every_documented_example_works(configured: TestClient, document: dict[str, Any], path: str) -> None:
    [example] = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"].values()
    assert configured.post(path, json=example["value"]).status_code == 200


@pytest.mark.parametrize("path", POSTS)
def test_predictions_document_their_problems(document: dict[str, Any], path: str) -> None:
    responses = document["paths"][path]["post"]["responses"]
    assert set(responses) == {"200", "400", "408", "413", "415", "422", "500", "503"}
    for status, response in responses.items():
        assert response["description"]
        if status != "200":
            media_type = response["content"]["application/problem+json"]
            assert list(response["content"]) == ["application/problem+json"]
            assert media_type["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert media_type["example"]["status"] == int(status)
            assert ("Retry-After" in response.get("headers", {})) == (status == "503")


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            here = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return here + [found for value in node.values() for found in references(value)]
        return [found for value in node for found in references(value)] if isinstance(node, list) else []

    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= schemas


def test_the_served_document_is_the_same(configured: TestClient, document: dict[str, Any]) -> None:
    assert configured.get("/openapi.json").json() == document
