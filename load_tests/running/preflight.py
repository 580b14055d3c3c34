"""What is checked before any load: that there is something at the address to put it on."""

import socket
import ssl
from urllib.parse import SplitResult, urlsplit

PATIENCE_S = 5.0
REQUEST = b"GET /api/health/ready HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n"
DEFAULT_PORTS = {"http": 80, "https": 443}


def why_not_reachable(host: str) -> str:
    """Say why nothing answers HTTP at a base URL, and what to do; empty if something does, with whatever status."""
    url = urlsplit(host)
    host = without_password(host)
    try:
        answer = _first_bytes(url)
    except TimeoutError:
        return f"{host} does not answer within {PATIENCE_S:g} s. Is it busy, or stopped?"
    except ssl.SSLCertVerificationError as error:
        return f"{host}: its certificate is not trusted: {error.verify_message}. Name its issuer in SSL_CERT_FILE"
    except ssl.SSLError as error:
        return f"{host} does not speak HTTPS: {error.reason or error}. Does its address begin with http://?"
    except (OSError, UnicodeError) as error:
        return f"{host} is not reachable: {error}. Start it (make serve), or give its address (HOST=… or --host …)"
    if not answer.startswith(b"HTTP/"[: len(answer)]) or not answer:
        return f"{host} does not speak HTTP: it answers {answer[:20]!r}"
    return ""


def _first_bytes(url: SplitResult) -> bytes:
    """Ask for the readiness probe and return the beginning of the answer: a service may take for ever to finish it."""
    name = url.hostname or ""
    with socket.create_connection((name, url.port or DEFAULT_PORTS[url.scheme]), timeout=PATIENCE_S) as plain:
        if url.scheme == "http":
            return _ask(plain, name)
        with ssl.create_default_context().wrap_socket(plain, server_hostname=name) as encrypted:
            return _ask(encrypted, name)


def _ask(connection: socket.socket, name: str) -> bytes:
    connection.sendall(REQUEST % name.encode("idna"))
    return connection.recv(16)


def check_base_url(host: str) -> str:
    """Return a base URL without a slash at its end; ValueError says what to write instead."""
    try:
        url = urlsplit(host)
        named = url.scheme in DEFAULT_PORTS and bool(url.hostname) and url.port != 0  # a wrong port raises
        usable = named and not url.query and not url.fragment and not set(host) & set(" \t\r\n")
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(f"{host!r} is not the address of a service: write it like http://127.0.0.1:8000")
    return host.rstrip("/")


def without_password(host: str) -> str:
    """The URL as it may be shown: without a user and a password."""
    url = urlsplit(host)
    return url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()
