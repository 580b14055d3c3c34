"""A limit on what a request carries beside its body: httptools has none, so headers could fill the memory."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024
"""Longest request line, headers, chunk sizes and trailers of one request, give or take one read."""


class LimitedHead(HttpToolsProtocol):
    """uvicorn's connection, which notices a request whose headers or trailers do not end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Count what comes; `on_message_begin` and `on_body` take off what is no head."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.refuse_head()

    def refuse_head(self) -> None:
        """Answer a head that is too long, and close."""
        raise NotImplementedError

    def on_message_begin(self) -> None:
        """Begin to count anew."""
        self._head_bytes = 0
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        """Take the body off."""
        self._head_bytes -= len(body)
        super().on_body(body)
