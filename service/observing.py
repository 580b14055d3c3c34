"""Around every answer: it is timed, counted and named, and logged if it went wrong."""

import logging
import re
import secrets
import time
from http import HTTPStatus
from itertools import count

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from service.connections import Headers
from service.counters import ShedReason
from service.endpoint import Answer
from service.logs import REQUEST_ID, RequestLine, current_request
from service.metrics import NO_ANSWER, Metrics
from service.request_log import RequestLog

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""Label of every unknown path and of every unknown method: a scanner must not fill the memory with series."""
REQUEST_ID_HEADER = b"x-request-id"
_log = logging.getLogger(__name__)
_ACCEPTED_ID = re.compile(rb"[A-Za-z0-9._~:+/=-]{1,128}")
"""Nothing that could pretend to be another field or line of a log."""


class ObservedAnswers:
    """An ASGI application that sends answers, measures them, and tells the client under which id a request is known.

    Parameters
    ----------
    answer : callable
        What answers; only a disconnect keeps it from that.
    metrics : Metrics
        Where answers are counted.
    log : RequestLog
        Where those are written that went wrong.
    """

    def __init__(self, answer: Answer, metrics: Metrics, log: RequestLog) -> None:
        self._answer = answer
        self._metrics = metrics
        self._log = log
        self._prefix = secrets.token_hex(8).encode()
        self._numbers = count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and count how it ended."""
        request_id = scope[REQUEST_ID] = self._id_of(scope["headers"])
        current_request.set(scope)
        status = NO_ANSWER
        start_s = time.perf_counter()
        self._metrics.in_flight += 1
        try:
            response = await self._answer(scope, receive)
            response.raw_headers.append((REQUEST_ID_HEADER, request_id))
            status = response.status_code
            await response(scope, receive, send)
        except ClientDisconnect:
            _log.debug("the client left before its request was complete")
        finally:
            self._metrics.in_flight -= 1
            duration_s = time.perf_counter() - start_s
            route = scope.get("route")
            method = scope["method"] if scope["method"] in METHODS else OTHER
            self._note(method, OTHER if route is None else route.path, status, duration_s)

    def note_unreadable(self, status: int, duration_s: float, headers: Headers) -> bytes:
        """Count an answer to something that never became a request, as the connection gives it; return its id."""
        if status == HTTPStatus.REQUEST_TIMEOUT:
            self._metrics.shed.count(ShedReason.SLOW_CLIENT)
        return self._note_unseen(OTHER, OTHER, status, duration_s, headers)

    def note_refused(self, path: str, duration_s: float, headers: Headers) -> bytes:
        """Count a prediction that the connection refused, for there was no room; return its id."""
        self._metrics.shed.count(ShedReason.FULL)
        return self._note_unseen("POST", path, HTTPStatus.SERVICE_UNAVAILABLE, duration_s, headers)

    def _note_unseen(self, method: str, path: str, status: int, duration_s: float, headers: Headers) -> bytes:
        request_id = self._id_of(headers)
        scope_before = current_request.set({"headers": headers, REQUEST_ID: request_id})
        self._note(method, path, status, duration_s)
        current_request.reset(scope_before)
        return request_id

    def _id_of(self, headers: Headers) -> bytes:
        for name, value in headers:
            if name == REQUEST_ID_HEADER and _ACCEPTED_ID.fullmatch(value):
                return value
        return b"%b-%d" % (self._prefix, next(self._numbers))

    def _note(self, method: str, path: str, status: int, duration_s: float) -> None:
        self._metrics.requests.observe((path, method, status), duration_s)
        if status >= self._log.from_status or duration_s >= self._log.slow_s:
            self._log.write(RequestLine(method, path, status, round(duration_s * 1000, 3)))
