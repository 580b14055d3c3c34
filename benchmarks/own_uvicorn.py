"""The service's uvicorn with another application, and nothing of the service around it."""

import socket
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:  # the floor of the peers has an environment without Starlette
    from starlette.types import ASGIApp


def serve(app: "ASGIApp") -> None:
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
