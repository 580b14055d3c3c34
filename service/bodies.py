"""Reading a request body: its size, its content type, its JSON, and the fields that are wrong."""

import asyncio
from contextlib import suppress
from typing import Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from service.problems import FieldError, ProblemError

LISTED_ERRORS = 20
"""A batch of 1,000 records can hold 7,000 errors; the first few tell the client what to mend."""
COUNTED_ERRORS = 10_000
"""More errors than any honest batch holds. Even looking at them would keep other requests waiting."""
LONGEST_NAME = 60
LONGEST_MESSAGE = 200
LONGEST_LENGTH = 18
"""Digits of a Content-Length that matter."""
PATIENCE_S = 1.0
"""How long the rest of a body that is too long may still come in."""

Record = TypeVar("Record", bound=BaseModel)


class BodyReader(Generic[Record]):
    """Reads bodies of one schema, never longer than allowed, never with a coerced or unknown field."""

    def __init__(self, schema: type[Record], max_body_bytes: int, timeout_s: float) -> None:
        self._adapter = TypeAdapter(schema)
        self._max_body_bytes = max_body_bytes
        self._timeout_s = timeout_s

    async def read(self, scope: Scope, receive: Receive) -> Record:
        """Return the valid body, or raise the `ProblemError` that says what is wrong with it."""
        announced_bytes = check_headers(scope)
        try:
            async with asyncio.timeout(self._timeout_s):
                body = await read_bytes(receive, self._max_body_bytes, announced_bytes)
        except TimeoutError:
            detail = f"The body did not come to its end within {self._timeout_s:g} seconds."
            raise ProblemError(408, detail, headers={"Connection": "close"}) from None
        try:
            # Strict and closed whatever the schema says: a service that guesses hides its clients' mistakes.
            return self._adapter.validate_json(body, strict=True, extra="forbid")
        except ValidationError as invalid:
            raise problem_of(invalid) from None


def check_headers(scope: Scope) -> int:
    """Return the announced length, 0 for none; refuse from the headers alone what cannot become JSON.

    No content type passes: the body can only be meant as JSON, and the check of its JSON follows anyway.
    """
    announced_bytes = 0
    for name, value in scope["headers"]:
        if name == b"content-length":
            announced_bytes = int(value[:LONGEST_LENGTH]) if value.isdigit() else 0
        elif name == b"content-type":
            if not is_json(value):
                raise unsupported("Send the body as Content-Type: application/json in UTF-8.")
        elif name == b"content-encoding" and value != b"identity":
            raise unsupported("Send the body without Content-Encoding.")
    return announced_bytes


def is_json(content_type: bytes) -> bool:
    """Say whether a Content-Type header stands for JSON in UTF-8."""
    if content_type == b"application/json":
        return True
    media_type, _, parameters = content_type.decode("latin-1").lower().partition(";")
    utf8 = parameters.replace(" ", "").replace('"', "") in {"", "charset=utf-8", "charset=utf8"}
    return media_type.strip() == "application/json" and utf8


async def read_bytes(receive: Receive, max_body_bytes: int, announced_bytes: int = 0) -> bytes:
    """Return the whole body; give up once it is known to be longer than allowed, announced or counted."""
    chunks: list[bytes] = []
    length_bytes, more = 0, True
    while more and max(length_bytes, announced_bytes) <= max_body_bytes:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        length_bytes += len(chunks[-1])
        more = message.get("more_body", False)
    if max(length_bytes, announced_bytes) > max_body_bytes:
        if more:
            await discard(receive)
        detail = f"The body is longer than {max_body_bytes} bytes; send fewer instances at a time."
        raise ProblemError(413, detail, headers={"Connection": "close"})
    return b"".join(chunks)


async def discard(receive: Receive) -> None:
    """Let the client finish sending, for a while: most read no answer before, a few never finish."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while (await receive()).get("more_body", False):
                pass


def unsupported(detail: str) -> ProblemError:
    """Return the problem of a body in a form other than plain JSON."""
    return ProblemError(415, detail, headers={"Accept": "application/json"})


def problem_of(invalid: ValidationError) -> ProblemError:
    """Say what is wrong with a body, without echoing it: it may be huge, secret or not even JSON."""
    count = invalid.error_count()
    if count > COUNTED_ERRORS:
        return ProblemError(422, f"{count} fields are not as the schema in /docs says, too many to list.")
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
