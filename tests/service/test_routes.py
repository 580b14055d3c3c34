"""Paths and methods that are not served, and the paths around the predictions."""

import asyncio

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from service.app import Service, create_app
from service.health import Phase
from service.hosting import Hosted
from service.metrics import Metrics
from service.observing import ObservedAnswers
from service.request_log import RequestLog
from service.settings import Settings
from tests.service.toy import ToyModel


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/api",
        "/api/",
        "/api/models/",
        "/api/models/unknown/prediction",
        "/redoc",
        "/docs/../x",
        "/%00",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_path_is_a_404_problem(toy: TestClient, method: str, path: str) -> None:
    response = toy.request(method, path, follow_redirects=False)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["title"] == "Not Found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/predict", "POST"),
        ("HEAD", "/predict", "POST"),
        ("DELETE", "/api/models/toy_model/prediction", "POST"),
        ("OPTIONS", "/api/models/toy_model/predictions", "POST"),
        ("POST", "/api/models", "GET, HEAD"),
        ("PUT", "/api/health/ready", "GET, HEAD"),
        ("POST", "/metrics", "GET, HEAD"),
        ("BREW", "/docs", "GET, HEAD"),
    ],
)
def test_another_method_is_a_405_problem_that_names_the_right_one(
    toy: TestClient, method: str, path: str, allowed: str
) -> None:
    response = toy.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allowed
    assert response.headers["content-type"] == "application/problem+json"


def test_the_root_leads_to_the_documentation(toy: TestClient) -> None:
    response = toy.get("/", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (307, "/docs")


def test_probes_pass_while_serving(toy: TestClient) -> None:
    for path in ("/api/health", "/api/health/ready", "/api/health/startup"):
        response = toy.get(path)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("phase", "ready", "started"),
    [(Phase.STARTING, 503, 503), (Phase.SERVING, 200, 200), (Phase.DRAINING, 503, 200), (Phase.STOPPING, 503, 200)],
)
def test_probes_follow_the_life_of_the_service(toy: TestClient, phase: Phase, ready: int, started: int) -> None:
    app = toy.app
    assert isinstance(app, Service)
    app.lifecycle.phase = phase
    assert toy.get("/api/health").status_code == 200
    assert toy.get("/api/health/ready").status_code == ready
    assert toy.get("/api/health/startup").status_code == started


def test_the_service_is_ready_only_between_startup_and_shutdown() -> None:
    app = create_app("Toys", [Hosted(ToyModel())], Settings())
    lifecycle = app.lifecycle
    seen = [lifecycle.phase]
    with TestClient(app):
        seen.append(lifecycle.phase)
    seen.append(lifecycle.phase)
    assert seen == [Phase.STARTING, Phase.SERVING, Phase.STOPPING]


def test_an_answer_that_has_begun_is_cut_not_followed_by_another() -> None:
    sent: list[Message] = []

    class BreaksOff(Response):
        async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            raise RuntimeError("half way")

    async def answer(_scope: Scope, _receive: Receive) -> Response:
        return BreaksOff()

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    answers = ObservedAnswers(answer, Metrics([], emulate_cpu_ms=0), RequestLog(slow_s=1.0))
    with pytest.raises(RuntimeError, match="half way"):
        asyncio.run(answers({"type": "http", "method": "GET", "path": "/", "headers": []}, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start"]
