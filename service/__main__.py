"""`python -m service`: serve what the environment asks for until told to stop."""

import errno
import logging
import signal
import socket

import uvicorn

from service.app import Service, load_app
from service.header_limit import LimitedHead
from service.refusal import RefusalError, ends_the_process
from service.settings import Settings, load_settings

_log = logging.getLogger("service")


def main() -> None:
    """Load, listen, serve."""
    with ends_the_process():
        settings = load_settings()
        logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        app = load_app(settings)
        listener = listen(settings.host, settings.port)
    serve(app, listener, settings)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raise `RefusalError` saying what to do where there is none to be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} is in use: stop what listens there or take another one, SERVICE_PORT={port + 1}"
        elif error.errno == errno.EACCES:
            reason = f"port {port} is not open to this user: take one above 1023, SERVICE_PORT=8000"
        else:
            reason = f"cannot listen on SERVICE_HOST={host}: {error.strerror or error}"
        raise RefusalError(reason) from error


def serve(app: Service, listener: socket.socket, settings: Settings) -> None:
    """Answer requests until the first SIGINT or SIGTERM, then finish those in flight."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=LimitedHead,
            access_log=False,  # costs as much as a prediction; /metrics counts
            log_config=None,
            log_level=settings.log_level.value,
            server_header=False,
            timeout_graceful_shutdown=settings.stop_timeout_s,
            timeout_keep_alive=settings.keep_alive_s,
            ws="none",
        )
    )
    # uvicorn repeats the signal once it is done. Being told to stop is no failure, so the exit code stays 0.
    signal.signal(signal.SIGTERM, lambda *_: None)
    host, port = listener.getsockname()[:2]
    _log.info("%s on http://%s:%d (documentation: /docs), Ctrl-C stops it", app.title, host, port)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        _log.info("stopped")


if __name__ == "__main__":
    main()
