"""Ending at a signal at once, which the first process of a container does only if it says so itself.

The kernel ends any other process that handles no signal, but leaves this one as it is.
"""

import os
import signal
from types import FrameType

from uvicorn.server import HANDLED_SIGNALS


def end_at_once_when_told() -> None:
    """End the process at the next signal, with the exit code that a shell would give it."""
    for handled in HANDLED_SIGNALS:
        signal.signal(handled, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    os._exit(128 + number)
