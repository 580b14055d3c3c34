"""A server that says the same whatever it is asked."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"charges": 1.5}'
CHUNKED = b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\n{"charges": 1.5}\r\n0\r\n\r\n'
CLOSING = ANSWER.replace(b"OK", b"OK\r\nConnection: close")


@contextmanager
def server_that_says(answer: bytes) -> Iterator[int]:
    """Have a server for a while that answers whatever comes; return its port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while self.request.recv(65536):
                self.request.sendall(answer)
                if b"close" in answer:
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
