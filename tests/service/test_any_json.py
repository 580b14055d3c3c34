"""Arbitrary JSON to every endpoint is answered, never with a 5xx."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.service.records import JSON_HEADERS, MODELS, batch_path, record, single_path

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
PATHS = [single_path(MODELS[0]), single_path(MODELS[1]), batch_path(MODELS[0]), batch_path(MODELS[1]), "/predict"]
SPOILT = [
    st.fixed_dictionaries({name: st.just(value) | VALUES for name, value in record(model).items()}) for model in MODELS
]
BODIES = VALUES | st.one_of(SPOILT) | st.fixed_dictionaries({"instances": st.lists(st.one_of(SPOILT), max_size=3)})
unhurried = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@unhurried
@given(path=st.sampled_from(PATHS), body=BODIES)
def test_any_json_gets_an_answer(configured: TestClient, path: str, body: Any) -> None:
    response = configured.post(path, content=json.dumps(body), headers=JSON_HEADERS)
    assert response.status_code in {200, 400, 422}
    json.loads(response.content, parse_constant=_refuse)


@unhurried
@given(path=st.sampled_from(PATHS), body=st.binary(max_size=200))
def test_any_bytes_get_an_answer(configured: TestClient, path: str, body: bytes) -> None:
    assert configured.post(path, content=body, headers=JSON_HEADERS).status_code in {400, 422}


@unhurried
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]),
    path=st.sampled_from([*PATHS, "/", "/docs", "/metrics", "/openapi.json", "/api/models", "/api/health"]),
    body=VALUES,
)
def test_any_method_gets_an_answer(configured: TestClient, method: str, path: str, body: Any) -> None:
    response = configured.request(method, path, content=json.dumps(body), headers=JSON_HEADERS, follow_redirects=False)
    assert response.status_code < 500


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")
