"""What OpenAPI says beyond the routes themselves, and the page that shows it without the internet."""

from functools import cache
from importlib.resources import files
from typing import Any

from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service.problems import DETAILS, MEDIA_TYPE, TITLES, FieldError, Problem

PART_BYTES = 65_536
DOCS_PATH = "/docs"
OPENAPI_PATH = "/openapi.json"
_REFERENCE = {"$ref": "#/components/schemas/Problem"}
_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}

_DESCRIPTION = """\
Predictions over HTTP from the models listed below.

- Bodies are JSON in UTF-8. A value is never converted: `"5"` is not `5`, `true` is not `1`, and a field that the
  schema does not know is refused. `NaN` and `Infinity` are no numbers. Of a key that appears twice the last counts.
- Every error is a problem document (RFC 9457) of media type `application/problem+json`; `errors` names the fields.
- A `Content-Type` other than `application/json` is refused; a body without one is read as JSON.
- An answer says in `X-Served-By` who gave it, and sometimes asks for a new connection with `Connection: close`.
"""

_EXAMPLES = {
    400: Problem(
        title=TITLES[400],
        status=400,
        detail="The body is not JSON; errors says where it stops being it.",
        errors=(FieldError(field="body", pointer="#", message="Invalid JSON: expected value at line 1 column 1"),),
    ),
    422: Problem(
        title=TITLES[422],
        status=422,
        detail="1 field is not as the schema in /docs says.",
        errors=(FieldError(field="age", pointer="#/age", message="Input should be less than or equal to 65"),),
    ),
}
_DESCRIPTIONS = {
    400: "The body is empty, malformed, nested too deeply or not in UTF-8.",
    408: "The body did not come to its end in time.",
    413: "The body is longer than the service accepts.",
    415: "The body is not sent as plain JSON.",
    422: "The body is JSON, but a field is missing, unknown, of the wrong type or out of range.",
    500: DETAILS[500],
    503: "The service is not ready for requests, or has more of them than it can answer in time.",
}
_RETRY_AFTER = {"description": "Seconds after which to try again.", "schema": {"type": "integer", "minimum": 1}}


def described(emulate_cpu_ms: float) -> str:
    """Return what is said of the whole service."""
    return f"{_DESCRIPTION}- **No real latencies**: {emulation(emulate_cpu_ms)}.\n" if emulate_cpu_ms else _DESCRIPTION


def emulation(emulate_cpu_ms: float) -> str:
    """Say that a service stands for one with heavier models."""
    return f"each predicted record burns {emulate_cpu_ms:g} ms of CPU time to stand for a heavier model"


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what FastAPI shall document for these statuses."""
    return {status: _problem_response(status) for status in statuses}


def _problem_response(status: int) -> dict[str, Any]:
    description = _DESCRIPTIONS[status]
    example = _EXAMPLES.get(status) or Problem(title=TITLES[status], status=status, detail=description)
    media_type = {"schema": _REFERENCE, "example": example.model_dump(mode="json")}
    headers = {"headers": {"Retry-After": _RETRY_AFTER}} if status == 503 else {}
    return {"description": description, **headers, "content": {MEDIA_TYPE: media_type}}


def add_problem_schemas(schema: dict[str, Any]) -> None:
    """Add the schemas that `problem_responses` refers to."""
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions = problem.pop("$defs")
    schema.setdefault("components", {}).setdefault("schemas", {}).update(Problem=problem, **definitions)


def docs_page(title: str) -> Response:
    """Return the Swagger UI page; every asset comes from this service."""
    return get_swagger_ui_html(
        openapi_url=OPENAPI_PATH,
        title=title,
        swagger_js_url=f"{DOCS_PATH}/swagger-ui-bundle.js",
        swagger_css_url=f"{DOCS_PATH}/swagger-ui.css",
        swagger_favicon_url=f"{DOCS_PATH}/favicon.png",
        swagger_ui_parameters={"validatorUrl": None, "displayRequestDuration": True},
    )


def asset_names() -> list[str]:
    """Return the names of the files the page needs."""
    return list(_ASSETS)


def asset(name: str) -> Response:
    """Return one file of the page, from the installed package."""
    return InParts(_content(name), headers={"Cache-Control": "max-age=86400"}, media_type=_ASSETS[name])


@cache
def _content(name: str) -> bytes:
    return files("fastapi_offline").joinpath("static", name).read_bytes()


class InParts(Response):
    """An answer of which only so much is held for each client as it takes in at a time."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it; uvicorn waits between the parts until the client has taken in those before."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for start in range(0, len(self.body), PART_BYTES):
            await send({"type": "http.response.body", "body": self.body[start : start + PART_BYTES], "more_body": True})
        await send({"type": "http.response.body", "body": b""})
