"""One question to the API server, by way of a socket on this machine, and what it answers."""

import json
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from load_tests.cluster.errors import ClusterError

PATIENCE_S = 10.0
LONGEST_BYTES = 64 << 20
OK = 200


@dataclass(frozen=True)
class Answer:
    """What the API server said."""

    status: int
    body: bytes
    ahead_s: float | None
    """How far its clock is ahead of this machine's, to half a second; None if it does not say."""

    @property
    def document(self) -> Any:
        """The body as JSON; ClusterError if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise ClusterError(f"the API server answers what is no JSON: {self.body[:80]!r}") from None

    @property
    def complaint(self) -> str:
        """Why there is no answer, in its words."""
        text = self.body.decode("utf-8", "replace")
        with suppress(ValueError, AttributeError):
            text = json.loads(text).get("message", text)
        return f"{self.status} {' '.join(str(text).split())[:200]}".strip()


class _SocketConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE_S)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket instead of a port, which everybody on this machine could use."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def listens(socket_path: Path) -> bool:
    """Whether somebody takes connections there: the file of a socket exists a moment before."""
    connection = _SocketConnection(socket_path)
    try:
        connection.connect()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def ask(socket_path: Path, path: str) -> Answer:
    """Ask once; ClusterError if nobody answers."""
    connection = _SocketConnection(socket_path)
    began_s = time.time()
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read(LONGEST_BYTES)
    except (OSError, HTTPException) as error:
        raise ClusterError(f"the API server does not answer: {error or type(error).__name__}") from None
    finally:
        connection.close()
    return Answer(response.status, body, _ahead_s(response.headers["Date"], (began_s + time.time()) / 2))


def _ahead_s(date: str | None, now_s: float) -> float | None:
    """The date of an answer against the time at which it was made; it is cut to whole seconds."""
    try:
        return round(parsedate_to_datetime(date or "").timestamp() + 0.5 - now_s, 2)
    except ValueError:
        return None
