"""The application: routes, what stands before them, and the way from the environment to it."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

import service
from service.backpressure import PredictionQueue
from service.catalogue import catalogue_endpoints
from service.config import load_config
from service.dispatch import Dispatcher
from service.documentation import (
    DOCS_PATH,
    OPENAPI_PATH,
    add_problem_schemas,
    asset,
    asset_names,
    described,
    docs_page,
    emulation,
)
from service.early_refusal import EarlyRefusals
from service.endpoint import Endpoint
from service.health import Lifecycle, Phase, health_endpoints
from service.hosting import Hosted, load_models
from service.inference_protocol import server_endpoints, tensor_endpoints
from service.intake import Intake
from service.metrics import Metrics
from service.observing import ObservedAnswers
from service.prediction import prediction_endpoints
from service.predictor import Predictor
from service.refusal import RefusalError, ends_the_process
from service.request_log import RequestLog
from service.settings import Settings, load_settings
from service.tracing import TracingMiddleware, load_tracer

_log = logging.getLogger(__name__)


class Service(FastAPI):
    """FastAPI's routes and OpenAPI, and an ASGI application of our own that answers by them."""

    def __init__(self, title: str, hosted: Sequence[Hosted], settings: Settings) -> None:
        self.lifecycle = Lifecycle()
        self.metrics = Metrics(hosted, settings.emulate_cpu_ms)
        super().__init__(
            title=title,
            version=service.__version__,
            description=described(settings.emulate_cpu_ms),
            openapi_url=None,  # these three are routes of our own, measured and answered like all others
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            telemetry={"tracing": False, "metrics": False, "logs": False},  # asks the environment at every request
            lifespan=_lifespan,
        )
        intake = Intake(settings.max_body_bytes, settings.max_pending_bytes, settings.request_timeout_s)
        queue = PredictionQueue(settings.max_in_flight, settings.max_wait_ms / 1000)
        served = [one for one in hosted if one.create_endpoint]
        endpoints: list[Endpoint] = []
        for one in served:
            model_time = self.metrics.models.of(one.model.qualified_name)
            max_compute_s = settings.max_compute_ms / 1000
            predictor = Predictor(one.model, queue, settings.emulate_cpu_ms, max_compute_s, model_time)
            endpoints += prediction_endpoints(one, intake, predictor)
            endpoints += tensor_endpoints(one.model, predictor, intake, self.lifecycle, settings.emulate_cpu_ms)
        endpoints += health_endpoints(self.lifecycle)
        endpoints += [self.metrics.endpoint()]
        endpoints += catalogue_endpoints(served, settings.emulate_cpu_ms)
        endpoints += server_endpoints(title, self.lifecycle)
        endpoints += _documentation_endpoints(self)
        self.metrics.expect(endpoints)
        self.router.routes.extend(endpoints)
        dispatcher = Dispatcher(endpoints, self.metrics.shed)
        predicting = [endpoint.path for endpoint in endpoints if "POST" in (endpoint.methods or ())]
        self.early_refusals = None if settings.tracing else EarlyRefusals(queue, predicting)  # those would have no span
        self.observed = ObservedAnswers(dispatcher.answer, self.metrics, RequestLog(settings.slow_request_ms / 1000))
        self._requests: ASGIApp = self.observed
        if settings.tracing:
            self._requests = TracingMiddleware(self._requests, load_tracer(title))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request past everything that FastAPI prepares for it: nothing of that is used here."""
        if scope["type"] == "http":
            await self._requests(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = super().openapi()
            add_problem_schemas(self.openapi_schema)
        return self.openapi_schema


@asynccontextmanager
async def _lifespan(app: Service) -> AsyncIterator[None]:
    app.lifecycle.phase = Phase.SERVING  # the models were loaded and checked before the application was made
    yield
    app.lifecycle.phase = Phase.STOPPING


def _documentation_endpoints(app: Service) -> list[Endpoint]:
    async def home(_scope: Scope, _receive: Receive) -> Response:
        return RedirectResponse(DOCS_PATH)

    async def page(_scope: Scope, _receive: Receive) -> Response:
        return docs_page(app.title)

    async def openapi(_scope: Scope, _receive: Receive) -> Response:
        return JSONResponse(app.openapi())

    async def file(scope: Scope, _receive: Receive) -> Response:
        return asset(scope["path"].rpartition("/")[2])

    answers = {"/": home, DOCS_PATH: page, OPENAPI_PATH: openapi} | {
        f"{DOCS_PATH}/{name}": file for name in asset_names()
    }
    return [Endpoint("GET", path, answer, operation=None) for path, answer in answers.items()]


def create_app(title: str, hosted: Sequence[Hosted], settings: Settings) -> Service:
    """Return the application that serves these models."""
    return Service(title, hosted, settings)


def load_app(settings: Settings) -> Service:
    """Return the application that the configuration file describes; raise `RefusalError` where it cannot be."""
    config = load_config(settings.rest_config)
    try:
        hosted = load_models(config, settings.model_package)
    except RefusalError as refusal:  # the file is where the model is named
        raise RefusalError(*(f"{settings.rest_config}: {reason}" for reason in refusal.reasons)) from refusal
    for one in hosted:
        _log.info("loaded %s %s", one.model.qualified_name, one.model.version)
    if settings.emulate_cpu_ms:
        _log.warning("SERVICE_EMULATE_CPU_MS=%g: %s", settings.emulate_cpu_ms, emulation(settings.emulate_cpu_ms))
    return create_app(config.service_title, hosted, settings)


def from_environment() -> Service:
    """Return the application for ``uvicorn --factory service.app:from_environment``."""
    with ends_the_process():
        return load_app(load_settings())
