"""A service that knows the right answers to golden requests, and nothing else: a real one takes a second to start."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from deployment.first_prediction import Example, golden_examples
from tests.conftest import ROOT


@contextmanager
def served(off_by: float = 0.0) -> Iterator[int]:
    """Serve both models, with answers that are so much too high; the port."""
    examples = {f"/api/models/{one.model}/prediction": one for one in golden_examples(ROOT)}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say({"models": [{"qualified_name": one.model} for one in examples.values()]})

        def do_POST(self) -> None:
            known: Example = examples[self.path]
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert asked == known.record
            self._say({name: value + off_by for name, value in known.answer.items()})

        def _say(self, document: object) -> None:
            body = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
