"""Refusals of predictions that have no chance, given before anything is made of a request.

What a refusal costs is taken from the predictions that are made meanwhile. Most of it would be what a framework does
for every request: a scope, a task, a response.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from service.backpressure import PredictionQueue, overloaded
from service.counters import ShedReason
from service.inference_problems import as_asked


@dataclass(frozen=True)
class EarlyRefusal:
    """An answer of status 503."""

    path: str
    content: bytes
    """The problem document, as clients of this path read it."""


class EarlyRefusals:
    """Those of all paths that predict, written once.

    Parameters
    ----------
    queue : PredictionQueue
        Says whether there is room.
    paths : iterable of str
        A POST to them asks for predictions.
    """

    def __init__(self, queue: PredictionQueue, paths: Iterable[str]) -> None:
        self._queue = queue
        problem = overloaded(ShedReason.FULL).problem
        self._by_url = {
            path.encode(): EarlyRefusal(path, as_asked(problem, path).model_dump_json().encode()) for path in paths
        }

    def of(self, method: bytes, url: bytes) -> EarlyRefusal | None:
        """Return the answer to a request that asks for predictions while there is no room for any; None for others."""
        return self._by_url.get(url) if method == b"POST" and self._queue.has_no_room() else None
