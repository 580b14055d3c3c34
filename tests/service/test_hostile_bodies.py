"""Whatever a body holds, the answer is a 4xx that names the field, and never a converted value."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from model.base import RegressionModel
from service.bodies import COUNTED_ERRORS, LISTED_ERRORS, LONGEST_NAME
from tests.service.records import MODELS, batch_path, post, record, single_path, with_raw
from tests.service.toy import ToyModel

NO_JSON_NUMBER = ["NaN", "Infinity", "-Infinity", "1e400", "-1e400"]
WRONG: dict[type, list[str]] = {
    int: ["null", "true", '"5"', "1.5", "2.0", "[]", "{}", "[1]", "1" + "0" * 50, "-1", *NO_JSON_NUMBER],
    float: ["null", "true", '"5"', "[]", "{}", "[1.0]", "1" + "0" * 50, "1e300", *NO_JSON_NUMBER],
    bool: ["null", "0", "1", '"true"', '"yes"', "[]", "{}", *NO_JSON_NUMBER],
    str: ["null", "true", "5", "[]", "{}", '[""]', '""', json.dumps("x" * 10_000), *NO_JSON_NUMBER],
}
CASES = [
    pytest.param(model, field, raw, id=f"{model.qualified_name}-{field}-{raw[:12]}")
    for model in MODELS
    for field, value in record(model).items()
    for raw in WRONG[type(value)]
]
FIELDS = [
    pytest.param(model, field, id=f"{model.qualified_name}-{field}") for model in MODELS for field in record(model)
]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.qualified_name)


@pytest.mark.parametrize(("model", "field", "raw"), CASES)
def test_a_wrong_value_is_refused_by_field(
    configured: TestClient, model: type[RegressionModel], field: str, raw: str
) -> None:
    status, problem = post(configured, single_path(model), with_raw(record(model), field, raw))
    assert status == 422
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["errors"][0]["pointer"] == f"#/{field}"


@pytest.mark.parametrize(("model", "field", "raw"), CASES)
def test_a_wrong_value_in_a_batch_is_refused_by_instance_and_field(
    configured: TestClient, model: type[RegressionModel], field: str, raw: str
) -> None:
    good = json.dumps(record(model))
    body = f'{{"instances": [{good}, {with_raw(record(model), field, raw)}, {good}]}}'
    status, problem = post(configured, batch_path(model), body)
    assert status == 422
    assert [error["field"] for error in problem["errors"]] == [f"instances[1].{field}"]
    assert problem["errors"][0]["pointer"] == f"#/instances/1/{field}"


@pytest.mark.parametrize(("model", "field"), FIELDS)
def test_a_missing_field_is_named(configured: TestClient, model: type[RegressionModel], field: str) -> None:
    body = {key: value for key, value in record(model).items() if key != field}
    status, problem = post(configured, single_path(model), json.dumps(body))
    assert status == 422
    assert problem["errors"] == [{"field": field, "pointer": f"#/{field}", "message": "Field required"}]


@each_model
@pytest.mark.parametrize("value", ["1", "NaN", "null", '"x"', "[[[]]]"])
def test_an_unknown_field_is_named(configured: TestClient, model: type[RegressionModel], value: str) -> None:
    body = with_raw(record(model) | {"surprise": 0}, "surprise", value)
    status, problem = post(configured, single_path(model), body)
    assert status == 422
    assert [error["field"] for error in problem["errors"]] == ["surprise"]


MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n",
    "half": b'{"age": 4',
    "two documents": b"{} {}",
    "trailing comma": b'{"age": 4,}',
    "single quotes": b"{'age': 4}",
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "invalid UTF-8": b'{"age": "\xff\xfe"}',
    "invalid UTF-8 in a key": b'{"\xff": 1}',
    "overlong UTF-8": b'{"age": "\xc0\xaf"}',
    "lone surrogate": b'{"id": "\\ud800"}',
    "lone surrogate in a key": b'{"\\udfff": 1}',
    "NUL": b"\x00",
    "raw control character": b'{"id": "\x01"}',
    "100,000 brackets": b"[" * 100_000,
    "100,000 closed brackets": b"[" * 100_000 + b"]" * 100_000,
    "100,000 brackets in a field": b'{"age": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "100,000 braces": b'{"age":' * 100_000,
    "a number of 100,000 digits": b'{"age": ' + b"9" * 100_000 + b"}",
    "form": b"age=42&sex=female",
}


@each_model
@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_not_json_is_a_bad_request(configured: TestClient, model: type[RegressionModel], body: bytes) -> None:
    for path in (single_path(model), batch_path(model)):
        status, problem = post(configured, path, body)
        assert status == 400
        assert problem["errors"][0]["message"].startswith("Invalid JSON")


@each_model
@pytest.mark.parametrize("body", ["null", "[]", "1", '"text"', "true", "NaN", "[{}]"])
def test_json_that_is_no_object_is_refused(configured: TestClient, model: type[RegressionModel], body: str) -> None:
    for path in (single_path(model), batch_path(model)):
        status, problem = post(configured, path, body)
        assert status == 422
        assert [error["field"] for error in problem["errors"]] == ["body"]


@each_model
@pytest.mark.parametrize("count", [0, 1001, 4000])
def test_a_batch_of_another_size_than_1_to_1000_is_refused(
    configured: TestClient, model: type[RegressionModel], count: int
) -> None:
    status, problem = post(configured, batch_path(model), json.dumps({"instances": [record(model)] * count}))
    assert status == 422
    assert [error["field"] for error in problem["errors"]] == ["instances"]


@each_model
@pytest.mark.parametrize("instances", ["null", "{}", '"x"', "1", "[null]", "[[]]", "[1]"])
def test_instances_that_are_no_records_are_refused(
    configured: TestClient, model: type[RegressionModel], instances: str
) -> None:
    status, problem = post(configured, batch_path(model), f'{{"instances": {instances}}}')
    assert status == 422
    assert problem["errors"][0]["field"].startswith("instances")


@pytest.mark.parametrize(
    ("field", "raw"), [("number", '"5"'), ("number", "true"), ("number", "5.0"), ("flag", "1"), ("surprise", "1")]
)
def test_the_service_is_strict_where_a_schema_is_not(toy: TestClient, field: str, raw: str) -> None:
    body = with_raw({"surprise": 0, **record(ToyModel)} if field == "surprise" else record(ToyModel), field, raw)
    for path, place in (("/predict", field), (batch_path(ToyModel), f"instances[0].{field}")):
        status, problem = post(toy, path, body if path == "/predict" else f'{{"instances": [{body}]}}')
        assert status == 422
        assert [error["field"] for error in problem["errors"]] == [place]


def test_a_body_longer_than_allowed_is_refused(configured: TestClient) -> None:
    status, problem = post(configured, single_path(MODELS[0]), b" " * (2**20 + 1))
    assert status == 413
    assert "1048576 bytes" in problem["detail"]


def test_the_longest_allowed_body_is_read(configured: TestClient) -> None:
    body = json.dumps(record(MODELS[0])).encode().ljust(2**20)
    assert post(configured, single_path(MODELS[0]), body)[0] == 200


def test_errors_are_listed_up_to_a_number(configured: TestClient) -> None:
    status, problem = post(configured, batch_path(MODELS[0]), '{"instances": [' + ",".join(["{}"] * 1000) + "]}")
    assert status == 422
    assert len(problem["errors"]) == LISTED_ERRORS
    assert problem["detail"].startswith("6000 fields are not as the schema")


def test_errors_without_number_are_not_even_looked_at(configured: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.bodies.field_error", pytest.fail)
    body = json.dumps({str(number): 1 for number in range(COUNTED_ERRORS)})
    status, problem = post(configured, single_path(MODELS[0]), body)
    assert status == 422
    assert problem["detail"].startswith("10006 fields")


def test_a_long_field_name_is_echoed_in_part(configured: TestClient) -> None:
    body = json.dumps({**record(MODELS[0]), "x" * 100_000: 1})
    status, problem = post(configured, single_path(MODELS[0]), body)
    assert status == 422
    assert problem["errors"][0]["field"] == "x" * (LONGEST_NAME - 1) + "…"


def test_values_are_never_echoed(configured: TestClient) -> None:
    fields: dict[str, Any] = record(MODELS[1]) | {"pickup_datetime": "my secret", "passenger_count": 987654}
    response = configured.post("/predict", json=fields)
    assert response.status_code == 422
    assert "secret" not in response.text
    assert "987654" not in response.text


@pytest.mark.parametrize(("name", "pointer"), [("a/b", "#/a~1b"), ("a~b", "#/a~0b"), ("a.b", "#/a.b"), ("", "#/")])
def test_pointers_are_escaped(configured: TestClient, name: str, pointer: str) -> None:
    _, problem = post(configured, single_path(MODELS[0]), json.dumps({**record(MODELS[0]), name: 1}))
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_of_a_key_that_appears_twice_the_last_value_counts(configured: TestClient) -> None:
    body = json.dumps(record(MODELS[0]))
    path = single_path(MODELS[0])
    assert post(configured, path, body.replace('"age":', '"age": 999, "age":'))[0] == 200
    assert post(configured, path, body.replace("}", ', "age": 999}'))[0] == 422


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
    ],
)
def test_json_is_accepted_with_and_without_content_type(toy: TestClient, content_type: str | None) -> None:
    body = b'{"number":1,"weight":0.5,"colour":"red","flag":true,"label":""}'
    headers = {} if content_type is None else {"Content-Type": content_type}
    assert toy.post("/predict", content=body, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/jsonx"},
        {"Content-Type": ""},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_another_media_type_is_refused(toy: TestClient, headers: dict[str, str]) -> None:
    response = toy.post("/predict", content=b"{}", headers=headers)
    assert response.status_code == 415
    assert response.headers["accept"] == "application/json"
    assert response.headers["content-type"] == "application/problem+json"
