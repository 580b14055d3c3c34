"""Probes: is the process alive, may requests come, has it started."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field
from starlette.responses import Response
from starlette.types import Receive, Scope

from service.endpoint import Endpoint, Operation
from service.problems import unavailable


class Phase(StrEnum):
    """Where the service is in its life; it only moves down this list."""

    STARTING = "starting"
    SERVING = "serving"
    DRAINING = "draining"
    STOPPING = "stopping"


class Lifecycle:
    """The current phase. The one thing in the service that changes, so that probes and drain agree on it."""

    def __init__(self) -> None:
        self.phase = Phase.STARTING

    @property
    def started(self) -> bool:
        """Say whether the models were loaded and checked."""
        return self.phase is not Phase.STARTING

    @property
    def ready(self) -> bool:
        """Say whether new requests are welcome."""
        return self.phase is Phase.SERVING


class Health(BaseModel):
    """The answer of a probe that has nothing to complain about."""

    status: Annotated[str, Field(description="Always ok; a probe that fails answers 503.", examples=["ok"])] = "ok"


OK = Health().model_dump_json().encode()


def health_endpoints(lifecycle: Lifecycle) -> list[Endpoint]:
    """Return the probes. None of them asks a model: that the loop answers is what they find out."""

    async def alive(_scope: Scope, _receive: Receive) -> Response:
        return Response(OK, media_type="application/json")

    async def ready(_scope: Scope, _receive: Receive) -> Response:
        if not lifecycle.ready:
            raise unavailable(f"The service is {lifecycle.phase}.")
        return Response(OK, media_type="application/json")

    async def started(_scope: Scope, _receive: Receive) -> Response:
        if not lifecycle.started:
            raise unavailable(f"The service is {lifecycle.phase}.")
        return Response(OK, media_type="application/json")

    return [
        Endpoint("GET", "/api/health", alive, _operation("alive", "Liveness: the event loop answers")),
        Endpoint("GET", "/api/health/ready", ready, _operation("ready", "Readiness: send requests here", 503)),
        Endpoint("GET", "/api/health/startup", started, _operation("started", "Startup: models loaded, checked", 503)),
    ]


def _operation(operation_id: str, summary: str, *problems: int) -> Operation:
    return Operation(operation_id, "Health", summary, returns=Health, problems=problems)
