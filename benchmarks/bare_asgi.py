"""The floor under a service in Python: reads the body and answers constant bytes."""

import argparse
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from benchmarks.own_uvicorn import serve

Message = MutableMapping[str, Any]
ANSWER = b'{"charges":8640.78}'
HEADERS = [(b"content-length", b"%d" % len(ANSWER)), (b"content-type", b"application/json")]


async def bare(
    _scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Answer every request alike."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})


if __name__ == "__main__":
    argparse.ArgumentParser("python -m benchmarks.bare_asgi", description=__doc__).parse_args()
    serve(bare)
