"""Reading a request body: its size, its content type, its JSON, and the fields that are wrong."""

from typing import Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from service.problems import FieldError, ProblemError

LISTED_ERRORS = 20
"""A batch of 1,000 records can hold 7,000 errors; the first few tell the client what to mend."""
LONGEST_NAME = 60
LONGEST_MESSAGE = 200

Record = TypeVar("Record", bound=BaseModel)


class BodyReader(Generic[Record]):
    """Reads bodies of one schema, never longer than allowed, never with a coerced or unknown field."""

    def __init__(self, schema: type[Record], max_body_bytes: int) -> None:
        self._adapter = TypeAdapter(schema)
        self._max_body_bytes = max_body_bytes

    async def read(self, scope: Scope, receive: Receive) -> Record:
        """Return the valid body, or raise the `ProblemError` that says what is wrong with it."""
        check_headers(scope, self._max_body_bytes)
        body = await read_bytes(receive, self._max_body_bytes)
        try:
            # Strict and closed whatever the schema says: a service that guesses hides its clients' mistakes.
            return self._adapter.validate_json(body, strict=True, extra="forbid")
        except ValidationError as invalid:
            raise problem_of(invalid) from None


def check_headers(scope: Scope, max_body_bytes: int) -> None:
    """Refuse from the headers alone what cannot become a JSON body.

    No content type passes: the body can only be meant as JSON, and the check of its JSON follows anyway.
    """
    for name, value in scope["headers"]:
        if name == b"content-length":
            if value.isdigit() and int(value[:18]) > max_body_bytes:
                raise too_large(max_body_bytes)
        elif name == b"content-type":
            if not is_json(value):
                raise unsupported("Send the body as Content-Type: application/json in UTF-8.")
        elif name == b"content-encoding" and value != b"identity":
            raise unsupported("Send the body without Content-Encoding.")


def is_json(content_type: bytes) -> bool:
    """Say whether a Content-Type header stands for JSON in UTF-8."""
    if content_type == b"application/json":
        return True
    media_type, _, parameters = content_type.decode("latin-1").lower().partition(";")
    utf8 = parameters.replace(" ", "").replace('"', "") in {"", "charset=utf-8", "charset=utf8"}
    return media_type.strip() == "application/json" and utf8


async def read_bytes(receive: Receive, max_body_bytes: int) -> bytes:
    """Return the whole body; give up as soon as more bytes came than allowed, announced or not."""
    chunks: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        length += len(chunks[-1])
        if length > max_body_bytes:
            raise too_large(max_body_bytes)
        if not message.get("more_body", False):
            return b"".join(chunks)


def too_large(max_body_bytes: int) -> ProblemError:
    """Return the problem of a body that is longer than allowed."""
    return ProblemError(413, f"The body is longer than {max_body_bytes} bytes; send fewer instances at a time.")


def unsupported(detail: str) -> ProblemError:
    """Return the problem of a body in a form other than plain JSON."""
    return ProblemError(415, detail, headers={"Accept": "application/json"})


def problem_of(invalid: ValidationError) -> ProblemError:
    """Say what is wrong with a body, without echoing it: it may be huge, secret or not even JSON."""
    count = invalid.error_count()
    details = invalid.errors(include_url=False, include_context=False, include_input=False)
    errors = tuple(field_error(detail) for detail in details[:LISTED_ERRORS])
    if details[0]["type"] == "json_invalid":
        return ProblemError(400, "The body is not JSON; errors says where it stops being it.", errors)
    what = "1 field is" if count == 1 else f"{count} fields are"
    rest = f" The first {LISTED_ERRORS} are listed." if count > LISTED_ERRORS else ""
    return ProblemError(422, f"{what} not as the schema in /docs says.{rest}", errors)


def field_error(detail: ErrorDetails) -> FieldError:
    """Return one error of pydantic's with the place both as code and as JSON pointer."""
    field, pointer = "", "#"
    for part in detail["loc"]:
        name = shortened(str(part), LONGEST_NAME)
        field += f"[{name}]" if isinstance(part, int) else f".{name}"
        pointer += "/" + name.replace("~", "~0").replace("/", "~1")
    message = shortened(detail["msg"].removeprefix("Value error, "), LONGEST_MESSAGE)
    return FieldError(field=field.removeprefix(".") or "body", pointer=pointer, message=message)


def shortened(text: str, longest: int) -> str:
    """Return the text, cut where it grows beyond ``longest`` characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
