"""Offers to go on in another protocol, such as curl's of HTTP/2: none is taken up, and the request is answered.

The parser stops after the head of such a request and takes it for one without a body, whatever the head says: what
comes next it would read as another request. So the head is read once more, without the offer.
"""

from typing import Any

from httptools import HttpRequestParser


def request_parser(protocol: Any) -> HttpRequestParser:
    """Return a parser as uvicorn makes one for each connection."""
    parser = HttpRequestParser(protocol)
    parser.set_dangerous_leniencies(lenient_data_after_close=True)
    return parser


def head_without_offer(parser: HttpRequestParser, url: bytes, headers: list[tuple[bytes, bytes]]) -> bytes:
    """Return the head that the parser has read, but for the header that makes the offer."""
    line = b"%b %b HTTP/%b\r\n" % (parser.get_method(), url, parser.get_http_version().encode())
    kept = (b"%b: %b\r\n" % header for header in headers if header[0] != b"upgrade")
    return b"".join([line, *kept, b"\r\n"])
