"""A service that does wrong on purpose: `python stub_service.py STATUS BODY` answers everything with these.

`GET /connections` answers with the number of connections it has accepted, that one included,
`GET /requests_per_connection` with the most requests that have come on one of them, and `GET /longest_use_ms` with the
longest time from the first to the last of them.
"""

import asyncio
import sys
import time


async def serve(status: str, body: bytes) -> None:
    """Answer until killed; the first line written is the port."""
    accepted = most = 0
    longest_s = 0.0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal accepted, most, longest_s
        accepted += 1
        requests, first_s = 0, 0.0
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                came_s = time.monotonic()
                first_s = came_s if not requests else first_s
                length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(length or 0))
                requests += 1
                most, longest_s = max(most, requests), max(longest_s, came_s - first_s)
                counts = {
                    b"/connections": accepted,
                    b"/requests_per_connection": most,
                    b"/longest_use_ms": round(longest_s * 1000),
                }
                count = counts.get(head.split(b" ")[1])
                writer.write(response(status, body) if count is None else response("200 OK", str(count).encode()))
                await writer.drain()
                if b"connection: close" in head:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def response(status: str, body: bytes) -> bytes:
    """An HTTP response."""
    return b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        status.encode(),
        len(body),
        body,
    )


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2].encode()))
