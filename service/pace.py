"""How long predictions take, so that long ones need not keep the event loop waiting."""

import time
from collections.abc import Callable
from typing import TypeVar

LONGEST_INLINE_S = 0.002
"""For a shorter prediction, the way to a thread and back would cost too much."""
WEIGHT = 0.1
"""Of the latest prediction in the average."""

T = TypeVar("T")


class Pace:
    """CPU time that a model takes per record: an average that forgets.

    CPU time, because a prediction is no longer than another only because it had to wait for its core.

    Parameters
    ----------
    per_record_s : float
        What to expect of the first prediction.
    """

    def __init__(self, per_record_s: float) -> None:
        self._per_record_s = per_record_s

    def is_long(self, records: int) -> bool:
        """Say whether to predict so many in a thread."""
        return self._per_record_s * records > LONGEST_INLINE_S

    def measure(self, work: Callable[[], T], records: int) -> T:
        """Do the work, and remember how long it took."""
        began_s = time.thread_time()
        result = work()
        self._per_record_s += WEIGHT * ((time.thread_time() - began_s) / records - self._per_record_s)
        return result
