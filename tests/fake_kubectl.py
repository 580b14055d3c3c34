"""A kubectl that only proxies, to an API server made of files: `fake_kubectl.py FOLDER proxy … --unix-socket PATH`.

`FOLDER/api.json` holds status and body by the beginning of a path, and is read at each request.
In the context `late` there is a socket from the start, but nobody listens before there is a file `FOLDER/listen`.
"""

import json
import socketserver
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path


class Api(BaseHTTPRequestHandler):
    """Answers from the file."""

    folder: Path

    def do_GET(self) -> None:
        """Answer with the longest beginning that fits."""
        known = json.loads((self.folder / "api.json").read_text(encoding="utf-8"))
        fitting = [start for start in known if self.path.startswith(start)]
        status, body = known[max(fitting, key=len)] if fitting else (404, {"message": "the server could not find it"})
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def address_string(self) -> str:
        """A socket has none."""
        return "socket"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Serves on a socket in the file system."""

    daemon_threads = True


def main() -> int:
    """Serve until killed."""
    folder, *arguments = sys.argv[1:]
    Api.folder = Path(folder)
    if "nowhere" in arguments:
        sys.stderr.write('error: context "nowhere" does not exist\n')
        return 1
    with Server(arguments[arguments.index("--unix-socket") + 1], Api, bind_and_activate=False) as server:
        server.server_bind()
        while "late" in arguments and not (Api.folder / "listen").exists():
            time.sleep(0.01)
        server.server_activate()
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
