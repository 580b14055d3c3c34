"""The one place that turns exceptions into answers: RFC 9457 problem documents."""

import asyncio
import logging
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from service.counters import ShedReason

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
"""RFC 9110's names; Python's own differ from version to version."""
RETRY_AFTER_S = 1

DETAILS = {
    404: "Nothing is served at this path; /docs lists what is.",
    405: "This path does not answer this method; the Allow header names the ones it does.",
    500: "The service failed to answer; the fault is not in the request.",
}
_log = logging.getLogger(__name__)


class FieldError(BaseModel):
    """What is wrong with one field of the body."""

    model_config = ConfigDict(frozen=True, title="Field error")

    field: Annotated[str, Field(description="The field, as in code.", examples=["bmi", "instances[3].bmi"])]
    pointer: Annotated[str, Field(description="The field, as JSON pointer.", examples=["#/bmi", "#/instances/3/bmi"])]
    message: Annotated[str, Field(description="What it should be.", examples=["Field required"])]


class Problem(BaseModel):
    """Why a request was not answered as asked (RFC 9457)."""

    model_config = ConfigDict(frozen=True)

    type: Annotated[str, Field(description="The status says it all: about:blank.", examples=["about:blank"])] = (
        "about:blank"
    )
    title: Annotated[str, Field(description="Name of the status.", examples=["Unprocessable Content"])]
    status: Annotated[int, Field(description="The HTTP status.", ge=400, le=599, examples=[422])]
    detail: Annotated[str, Field(description="What to change.", examples=["1 field is not as it should be."])]
    errors: Annotated[
        tuple[FieldError, ...],
        Field(description="The fields that are wrong, the first few of them; empty where no field is to blame."),
    ] = ()


class ProblemError(Exception):
    """Raised anywhere to answer with this problem."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: tuple[FieldError, ...] = (),
        headers: dict[str, str] | None = None,
        shed: ShedReason | None = None,
    ) -> None:
        super().__init__(status, detail)
        self.problem = problem_document(status, detail, errors)
        self.headers = headers
        self.shed = shed


def problem_document(status: int, detail: str, errors: tuple[FieldError, ...] = ()) -> Problem:
    """Return the document of a status."""
    return Problem(title=TITLES[status], status=status, detail=detail, errors=errors)


def unavailable(detail: str, shed: ShedReason | None = None) -> ProblemError:
    """Return the problem of a service that may answer the same request a little later."""
    return ProblemError(503, detail, headers={"Retry-After": str(RETRY_AFTER_S)}, shed=shed)


def as_problem(error: BaseException) -> ProblemError:
    """Return the problem of a request that an exception kept from being answered as asked."""
    if isinstance(error, asyncio.CancelledError):
        error = unavailable("The service was stopped before it could answer.")
    if not isinstance(error, ProblemError):
        _log.error("unexpected %s while answering", type(error).__name__, exc_info=error)
        error = ProblemError(500, DETAILS[500])
    return error


def problem_response(problem: Problem, headers: dict[str, str] | None) -> Response:
    """Return the answer that holds a problem."""
    return Response(problem.model_dump_json(), problem.status, headers=headers, media_type=MEDIA_TYPE)
