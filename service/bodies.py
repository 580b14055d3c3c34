"""Reading a request body: its content type, its JSON, and the fields that are wrong."""

from collections.abc import Callable
from typing import Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.types import Receive, Scope

from service.intake import Intake
from service.problems import FieldError, ProblemError

LISTED_ERRORS = 20
"""A batch of 1,000 records can hold 7,000 errors; the first few tell the client what to mend."""
COUNTED_ERRORS = 10_000
"""More errors than any honest batch holds. Even looking at them would keep other requests waiting."""
LONGEST_NAME = 60
LONGEST_MESSAGE = 200
LONGEST_LENGTH = 18
"""Digits of a Content-Length that matter."""

Record = TypeVar("Record", bound=BaseModel)
Place = tuple[int | str, ...]
"""Keys and indices that lead to a value, from the outside in."""


class BodyReader(Generic[Record]):
    """Reads bodies of one schema, never with a coerced or unknown field."""

    def __init__(self, schema: type[Record], intake: Intake) -> None:
        self._validate_json = TypeAdapter(schema).validator.validate_json
        self._intake = intake

    async def read(self, scope: Scope, receive: Receive) -> Record:
        """Return the valid body, or raise the `ProblemError` that says what is wrong with it."""
        return self.parse(await self._intake.read(receive, announced_bytes=check_headers(scope)))

    def parse(self, body: bytes, place_of: Callable[[Place], Place] = tuple) -> Record:
        """Return what the JSON holds, or raise the `ProblemError` with the places of all that is wrong.

        ``place_of`` says where in the request a place of ``body`` is, where the two are not the same.
        """
        try:
            # Strict and closed whatever the schema says: a service that guesses hides its clients' mistakes.
            record: Record = self._validate_json(body, strict=True, extra="forbid")
        except ValidationError as invalid:
            raise problem_of(invalid, place_of) from None
        return record


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


def unsupported(detail: str) -> ProblemError:
    """Return the problem of a body in a form other than plain JSON."""
    return ProblemError(415, detail, headers={"Accept": "application/json"})


def problem_of(invalid: ValidationError, place_of: Callable[[Place], Place] = tuple) -> ProblemError:
    """Say what is wrong with a body, without echoing it: it may be huge, secret or not even JSON."""
    count = invalid.error_count()
    if count > COUNTED_ERRORS:
        return ProblemError(422, f"{count} fields are not as the schema in /docs says, too many to list.")
    details = invalid.errors(include_url=False, include_context=False, include_input=False)
    errors = tuple(field_error(place_of(detail["loc"]), detail["msg"]) for detail in details[:LISTED_ERRORS])
    if details[0]["type"] == "json_invalid":
        return ProblemError(400, "The body is not JSON; errors says where it stops being it.", errors)
    what = "1 field is" if count == 1 else f"{count} fields are"
    rest = f" The first {LISTED_ERRORS} are listed." if count > LISTED_ERRORS else ""
    return ProblemError(422, f"{what} not as the schema in /docs says.{rest}", errors)


def field_error(place: Place, message: str) -> FieldError:
    """Return one error with its place both as code and as JSON pointer."""
    field, pointer = "", "#"
    for part in place:
        name = shortened(str(part), LONGEST_NAME)
        field += f"[{name}]" if isinstance(part, int) else f".{name}"
        pointer += "/" + name.replace("~", "~0").replace("/", "~1")
    message = shortened(message.removeprefix("Value error, "), LONGEST_MESSAGE)
    return FieldError(field=field.removeprefix(".") or "body", pointer=pointer, message=message)


def shortened(text: str, longest: int) -> str:
    """Return the text, cut where it grows beyond ``longest`` characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
