"""What is checked before any load: that there is something at the address to put it on."""

import http.client
import socket
from urllib.parse import urlsplit

PATIENCE_S = 5.0


def why_not_reachable(host: str) -> str:
    """Say why nothing answers HTTP at a base URL; empty if something does, with whatever status."""
    url = urlsplit(host)
    connection_type = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = connection_type(url.hostname or "", url.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/api/health/ready")
        connection.getresponse()
    except TimeoutError:
        return f"{host} does not answer within {PATIENCE_S:g} s"
    except (OSError, http.client.HTTPException, socket.gaierror) as error:
        return f"{host} is not reachable: {error}"
    finally:
        connection.close()
    return ""


def check_base_url(host: str) -> str:
    """Return a base URL without a slash at its end; ValueError says what to write instead."""
    url = urlsplit(host)
    try:
        usable = url.scheme in ("http", "https") and url.hostname and (url.port or 0) >= 0
    except ValueError:
        usable = False
    if not usable or url.query or url.fragment:
        raise ValueError(f"{host!r} is not the address of a service: write it like http://127.0.0.1:8000")
    return host.rstrip("/")
