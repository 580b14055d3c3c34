"""Arbitrary JSON to every endpoint is answered, never with a 5xx."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from service.openapi import COMMITTED
from tests.service.records import JSON_HEADERS, MODELS, record

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
DOCUMENTED: dict[str, dict[str, Any]] = json.loads(COMMITTED.read_text(encoding="utf-8"))["paths"]
PATHS = [path for path, methods in DOCUMENTED.items() if "post" in methods]
SPOILT = [
    st.fixed_dictionaries({name: st.just(value) | VALUES for name, value in record(model).items()}) for model in MODELS
]
BATCHES = st.fixed_dictionaries({"instances": st.lists(st.one_of(SPOILT), max_size=3)})


def spoilt_tensors(path: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return the documented inference request with anything in the place of anything."""
    [example] = DOCUMENTED[path]["post"]["requestBody"]["content"]["application/json"]["examples"].values()
    inputs = [
        st.fixed_dictionaries({name: st.just(value) | VALUES for name, value in tensor.items()})
        for tensor in example["value"]["inputs"]
    ]
    return st.fixed_dictionaries({"inputs": st.tuples(*inputs)})


TENSORS = [spoilt_tensors(path) for path in PATHS if path.endswith("/infer")]
BODIES = VALUES | st.one_of(SPOILT) | BATCHES | st.one_of(TENSORS)
unhurried = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@unhurried
@given(path=st.sampled_from(PATHS), body=BODIES)
def test_any_json_gets_an_answer(
    configured: TestClient, hostile_requests: Callable[[int], None], path: str, body: Any
) -> None:
    hostile_requests(1)
    response = configured.post(path, content=json.dumps(body), headers=JSON_HEADERS)
    assert response.status_code in {200, 400, 422}
    json.loads(response.content, parse_constant=_refuse)


@unhurried
@given(path=st.sampled_from(PATHS), body=st.binary(max_size=200))
def test_any_bytes_get_an_answer(
    configured: TestClient, hostile_requests: Callable[[int], None], path: str, body: bytes
) -> None:
    hostile_requests(1)
    assert configured.post(path, content=body, headers=JSON_HEADERS).status_code in {400, 422}


@unhurried
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]),
    path=st.sampled_from([*DOCUMENTED, "/", "/docs", "/openapi.json"]),
    body=VALUES,
)
def test_any_method_gets_an_answer(
    configured: TestClient, hostile_requests: Callable[[int], None], method: str, path: str, body: Any
) -> None:
    hostile_requests(1)
    response = configured.request(method, path, content=json.dumps(body), headers=JSON_HEADERS, follow_redirects=False)
    assert response.status_code < 500


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")
