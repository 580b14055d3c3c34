"""Routes that FastAPI documents and that answer without its per-request machinery."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Body
from fastapi.openapi.models import Example
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from service.documentation import problem_responses

Answer = Callable[[Scope, Receive], Awaitable[Response]]
"""What answers a request: reads what it needs of it, returns the response or raises a `ProblemError`."""


@dataclass(frozen=True)
class Operation:
    """What OpenAPI says about one method at one path."""

    operation_id: str
    tag: str
    summary: str
    description: str = ""
    accepts: type[BaseModel] | None = None
    example: object = None
    """A body that `accepts` takes, offered by "Try it out"."""
    returns: type[BaseModel] | None = None
    returned: str = "As documented."
    response_class: type[Response] = JSONResponse
    problems: tuple[int, ...] = ()


class JsonResponse(Response):
    """Bytes that are JSON already; Starlette's own way to the same two headers takes three times as long."""

    def __init__(self, body: bytes) -> None:
        self.status_code = 200
        self.background = None
        self.body = body
        self.raw_headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


class Endpoint(APIRoute):
    """One method at one path.

    FastAPI reads the operation for OpenAPI. The request itself goes straight to ``answer`` (`service.dispatch`):
    dependency injection, exit stacks and response models cost more than a prediction does.
    """

    def __init__(self, method: str, path: str, answer: Answer, operation: Operation | None) -> None:
        shown = operation or Operation(operation_id=path, tag="", summary="")
        super().__init__(
            path,
            _documented_signature(shown),
            methods=[method],
            operation_id=shown.operation_id,
            tags=[shown.tag],
            summary=shown.summary,
            description=shown.description or shown.summary,
            response_model=shown.returns,
            response_description=shown.returned,
            response_class=shown.response_class,
            responses=problem_responses(*shown.problems),
            include_in_schema=operation is not None,
        )
        self.answer = answer


def _documented_signature(operation: Operation) -> Callable[..., None]:
    """Return a function with the parameters that FastAPI shall document; nothing ever calls it."""
    if operation.accepts is None:
        return lambda: None

    def endpoint(body: object) -> None: ...

    example = Example(summary="Example", value=operation.example)
    endpoint.__annotations__["body"] = Annotated[operation.accepts, Body(openapi_examples={"example": example})]
    return endpoint


def constant(path: str, content: BaseModel, operation: Operation) -> Endpoint:
    """Return an endpoint that always answers the same."""
    body = content.model_dump_json().encode()  # it never changes, so it is written once

    async def answer(_scope: Scope, _receive: Receive) -> Response:
        return JsonResponse(body)

    return Endpoint("GET", path, answer, operation)
