"""A connection that its client cannot hold for ever, be it slow, greedy or faithful."""

import asyncio
import random
import time
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from service.connections import Connections
from service.early_refusal import EarlyRefusal
from service.inference_problems import as_asked
from service.offers import head_without_offer, request_parser
from service.one_write import OneWrite
from service.problems import MEDIA_TYPE, RETRY_AFTER_S, problem_document

LONGEST_HEAD_BYTES = 65_536
"""Of what a request has beside its body: the parser itself would take in headers, and trailers after the body, for
ever."""

TYPE = (b"content-type", MEDIA_TYPE.encode())

MOST_AT_ONCE = 1000
"""Requests of a connection that wait for the answer to another one. Who pipelines sends a few; each takes 2 kB."""


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with the limits that it leaves to a proxy in front of it.

    uvicorn times idle connections, but neither those that never send anything nor half a request; it keeps every
    connection as long as the client likes; and it answers what is no HTTP with plain text. These are
    the places where its protocol class can be told otherwise.
    """

    def __init__(
        self,
        config: Config,
        server_state: Connections,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._shared = server_state
        self._limits = server_state.limits
        # Those who connected together, such as all clients of a replica that has just gone, shall not return together.
        share = random.uniform(0.75, 1.0)
        self._retires_s = self.loop.time() + share * self._limits.max_age_s
        self._answers_left = max(1, round(share * self._limits.max_answers))
        self._asks_since_s = self.loop.time()
        """Since when the client may ask: it connected, had its latest answer, or sent something after a pause."""
        self._unread_since_s: float | None = None
        """Since when each look at the connection has found something that its client has not taken in."""
        self._head_bytes = 0
        self._refusal: EarlyRefusal | None = None
        """What the request is answered that is coming in."""
        self._refusing_since_s = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._shared.awaited[self] = None
        self._shared.make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        super().connection_lost(exc)
        self._shared.awaited.pop(self, None)

    def data_received(self, data: bytes) -> None:
        """Take in what the client sends; after a pause it begins a request, which has to come to an end."""
        if self.timeout_keep_alive_task is not None:
            self._asks_since_s = self.loop.time()
        self._unset_keepalive_if_required()
        self._head_bytes += len(data)
        try:
            self._parse(data)
        except HttpParserError:
            self._read_no_more(400, "Invalid HTTP request received.")
            return
        if self._head_bytes > LONGEST_HEAD_BYTES and not self.transport.is_closing():
            self._read_no_more(431, f"The head of the request is longer than {LONGEST_HEAD_BYTES} bytes.")

    def _read_no_more(self, status: int, detail: str) -> None:
        """Say why and close; after the answers that are still owed, for it would pass for one of them, just close."""
        if self._all_is_answered() or self.cycle.more_body:
            self._answer_and_close(status, detail)
        else:
            self.cycle.keep_alive = False
            self.transport.pause_reading()
            self.flow.read_paused = False  # of which uvicorn shall know nothing: it would resume

    def _parse(self, data: bytes) -> None:
        while True:
            try:
                self.parser.feed_data(data)
            except HttpParserUpgrade as offered:
                data = head_without_offer(self.parser, self.url, self.headers) + data[offered.args[0] :]
                self.parser = request_parser(self)
            else:
                return

    def on_body(self, body: bytes) -> None:
        """Count what is no head off."""
        self._head_bytes -= len(body)
        if self._refusal is None:
            super().on_body(body)

    def on_headers_complete(self) -> None:
        """Start to answer, for the last time if the connection is to end."""
        if self.parser.should_upgrade():
            self._refuse_tunnel()
            return  # the head is read once more
        if len(self.pipeline) >= MOST_AT_ONCE:
            raise ValueError("too many requests at once")
        self._answers_left -= 1
        last = self._answers_left <= 0 or self.loop.time() > self._retires_s or self._shared.each_answer_is_the_last
        self._refusal = None if last else self._early_refusal()
        if self._refusal is not None:
            self._refusing_since_s = time.perf_counter()
            return
        super().on_headers_complete()
        self.cycle.transport = OneWrite(self.transport, self.cycle.scope["method"])
        if last:
            self.cycle.keep_alive = False

    def _early_refusal(self) -> EarlyRefusal | None:
        """What is to be answered without making anything of the request; None if it is not of the simplest kind."""
        refusals = self._shared.early_refusals
        if refusals is None or (refusal := refusals.of(self.parser.get_method(), self.url)) is None:
            return None
        simple = self.parser.get_http_version() == "1.1" and self.parser.should_keep_alive()
        simple = simple and not self.expect_100_continue and not self.flow.write_paused
        return refusal if simple and self._all_is_answered() else None

    def _refuse_tunnel(self) -> None:
        if self.parser.get_method() == b"CONNECT":  # what follows is in another protocol whatever else the head says
            raise ValueError("no proxy")

    def on_message_complete(self) -> None:
        """Wait for the client no more: the request is here, and there is room for its answer."""
        if self.parser.should_upgrade():
            return
        if self._refusal is not None:
            self._refuse(self._refusal)
            return
        super().on_message_complete()
        self._head_bytes = 0
        if not self.cycle.response_complete and not self.flow.write_paused:  # some are answered before they are here
            self._shared.awaited.pop(self, None)

    def _refuse(self, refusal: EarlyRefusal) -> None:
        """Answer a request whose last byte is here, and wait for the next one."""
        self._refusal, self._head_bytes = None, 0
        self.scope["method"] = "POST"  # by which it is known that no head is owed any more
        took_s = time.perf_counter() - self._refusing_since_s
        request_id = self._shared.notes.note_refused(refusal.path, took_s, self.headers)
        self._write(503, refusal.content, (b"retry-after", b"%d" % RETRY_AFTER_S), (b"x-request-id", request_id))
        self.on_response_complete()

    def on_response_complete(self) -> None:
        """Wait for the client to ask again."""
        super().on_response_complete()
        self._asks_since_s = self.loop.time()
        if self._all_is_answered():  # else this was not the latest of several requests at once
            self._await_client()

    def pause_writing(self) -> None:
        """Wait for the client to take in what it has asked for."""
        super().pause_writing()
        self._await_client()

    def resume_writing(self) -> None:
        """Go on answering."""
        super().resume_writing()
        if self.cycle is not None and not self.cycle.response_complete:
            self._shared.awaited.pop(self, None)

    def _await_client(self) -> None:
        self._shared.awaited[self] = None
        self._shared.awaited.move_to_end(self)

    def end_if_overdue(self) -> None:
        """End the connection if its client has had its time."""
        if self._unread_for_s() >= self._limits.request_timeout_s:
            self.transport.abort()  # closing would wait for ever
        elif self._asks_for_s() >= self._limits.request_timeout_s:
            if self._head_is_owed():
                self._answer_and_close(408, "The request did not come to its end in time.")
            elif self._nothing_is_asked():
                self.transport.close()

    def _unread_for_s(self) -> float:
        if not self.transport.get_write_buffer_size():
            self._unread_since_s = None
        elif self._unread_since_s is None:
            self._unread_since_s = self.loop.time()
        return 0.0 if self._unread_since_s is None else self.loop.time() - self._unread_since_s

    def _asks_for_s(self) -> float:
        return self.loop.time() - self._asks_since_s

    def _all_is_answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _head_is_owed(self) -> bool:
        return self._all_is_answered() and self.scope is not None and "method" not in self.scope

    def _nothing_is_asked(self) -> bool:
        return self._all_is_answered() and self.timeout_keep_alive_task is None  # an idle one is uvicorn's to time

    def _answer_and_close(self, status: int, detail: str) -> None:
        path = getattr(self, "url", b"").partition(b"?")[0].decode("latin-1")
        content = as_asked(problem_document(status, detail), path).model_dump_json().encode()
        request_id = self._shared.notes.note_unreadable(status, self._asks_for_s(), self.headers or [])
        self._write(status, content, (b"connection", b"close"), (b"x-request-id", request_id))
        self.transport.close()

    def _write(self, status: int, content: bytes, *headers: tuple[bytes, bytes]) -> None:
        length = (b"content-length", b"%d" % len(content))
        lines = b"".join(b"%b: %b\r\n" % one for one in (*self.server_state.default_headers, TYPE, length, *headers))
        self.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[status], lines, content))
