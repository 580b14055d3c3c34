"""The floor under a service in Python: reads the body and answers constant bytes, on the service's uvicorn."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.servers import ROOT, Server, bound

ANSWER = b'{"charges":8640.78}'
HEADERS = [(b"content-length", b"%d" % len(ANSWER)), (b"content-type", b"application/json")]


async def bare(_scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every request alike."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})


@contextmanager
def answering(core: int, module: str = "benchmarks.bare_asgi") -> Iterator[Server]:
    """Have one for a while, or what another module serves likewise, in a process bound to a core."""
    process = subprocess.Popen([*bound(core), sys.executable, "-m", module], cwd=ROOT, stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None  # noqa: S101 (a pipe was asked for)
        try:
            yield Server(process, int(process.stdout.readline()))
        finally:
            process.terminate()


def serve(app: ASGIApp) -> None:
    """Listen on a free port, print it, and answer until told to stop."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(
        app,
        http="httptools",
        loop="uvloop",
        lifespan="off",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        ws="none",
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    serve(bare)
