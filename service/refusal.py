"""Why the service refuses to start, in one line, and how that line reaches the person who started it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

EXIT_CODE = 2
_LONGEST_VALUE = 80


class RefusalError(Exception):
    """The service cannot start as asked; the message says where, what and what to write instead."""


@contextmanager
def ends_the_process() -> Iterator[None]:
    """Turn a refusal into one line on stderr and exit code 2: nobody should have to read a traceback."""
    try:
        yield
    except RefusalError as refusal:
        sys.stderr.write(f"service: {one_line(str(refusal))}\n")
        sys.exit(EXIT_CODE)


def one_line(text: str) -> str:
    """Return the text with every run of white space, line ends included, as one space."""
    return " ".join(text.split())


def shown(value: object) -> str:
    """Return a value as a person typed it, short enough for a message."""
    text = one_line(repr(value))
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def first_error(invalid: ValidationError) -> tuple[tuple[int | str, ...], str, object]:
    """Return place, message and offending value of the first error, and how many more there are.

    A key that is unknown comes before one that is missing: the missing one may be the unknown one, misspelt.
    """
    errors = invalid.errors(include_url=False, include_context=False)
    error = min(errors, key=lambda one: one["type"] == "missing")
    more = invalid.error_count() - 1
    message = error["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    return error["loc"], f"{message} (and {more} more)" if more else message, error["input"]
