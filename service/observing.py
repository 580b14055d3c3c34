"""One middleware around all others: it times, counts and names every request, and logs those that went wrong."""

import re
import secrets
import time
from itertools import count

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import REQUEST_ID, RequestLine, RequestLog, current_request
from service.metrics import NO_ANSWER, Metrics

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""Label of every unknown path and of every unknown method: a scanner must not fill the memory with series."""
REQUEST_ID_HEADER = b"x-request-id"
_ACCEPTED_ID = re.compile(rb"[A-Za-z0-9._~:+/=-]{1,128}")
"""Nothing that could pretend to be another field or line of a log."""


class ObservingMiddleware:
    """Measures every request, whatever becomes of it, and tells its client under which id it is known."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: RequestLog) -> None:
        self.app = app
        self._metrics = metrics
        self._log = log
        self._prefix = secrets.token_hex(8).encode()
        self._numbers = count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count how it ended."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request_id = scope[REQUEST_ID] = self._id_of(scope)
        current_request.set(scope)
        status = NO_ANSWER

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (REQUEST_ID_HEADER, request_id)]
            await send(message)

        start_s = time.perf_counter()
        self._metrics.in_flight += 1
        try:
            await self.app(scope, receive, watch)
        finally:
            self._metrics.in_flight -= 1
            self._note(scope, status, time.perf_counter() - start_s)

    def _id_of(self, scope: Scope) -> bytes:
        for name, value in scope["headers"]:
            if name == REQUEST_ID_HEADER and _ACCEPTED_ID.fullmatch(value):
                return value  # type: ignore[no-any-return]
        return b"%b-%d" % (self._prefix, next(self._numbers))

    def _note(self, scope: Scope, status: int, duration_s: float) -> None:
        route = scope.get("route")
        path = OTHER if route is None else route.path
        method = scope["method"] if scope["method"] in METHODS else OTHER
        self._metrics.requests.observe((path, method, status), duration_s)
        if status >= self._log.from_status or duration_s >= self._log.slow_s:
            self._log.write(RequestLine(method, path, status, round(duration_s * 1000, 3)))
