"""The floor under a service in Python: reads the body and answers constant bytes, on the service's uvicorn."""

import socket

import uvicorn
from starlette.types import Receive, Scope, Send

ANSWER = b'{"charges":8640.78}'
HEADERS = [(b"content-length", b"%d" % len(ANSWER)), (b"content-type", b"application/json")]


async def bare(_scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every request alike."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})


def main() -> None:
    """Listen on a free port, print it, and answer until told to stop."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(
        bare,
        http="httptools",
        loop="uvloop",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=75,
        ws="none",
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
