"""Why the service refuses to start, a line for each reason, and how these reach the person who started it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

EXIT_CODE = 2


class RefusalError(Exception):
    """The service cannot start as asked; each reason says where, what and what to write instead."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons


@contextmanager
def ends_the_process() -> Iterator[None]:
    """Turn a refusal into lines on stderr and exit code 2: nobody should have to read a traceback."""
    try:
        yield
    except RefusalError as refusal:
        sys.stderr.writelines(f"service: {' '.join(reason.split())}\n" for reason in refusal.reasons)
        sys.exit(EXIT_CODE)
