"""`python -m service`: serve what the environment asks for until told to stop."""

import argparse
import errno
import gc
import logging
import socket

import uvicorn

from service.app import Service, load_app
from service.connections import ConnectionLimits, Connections
from service.descriptors import room_for
from service.drain import DrainingServer
from service.http_connection import Connection
from service.logs import configure_logs
from service.refusal import RefusalError, ends_the_process
from service.settings import Settings, load_settings

ACCEPTED_A_TURN = 16
"""uvloop accepts one connection per listening socket and turn of its loop. While predictions fill each turn, that is
too few: new clients, probes among them, would wait where no limit reaches them."""
_log = logging.getLogger("service")


def main() -> None:
    """Load, listen, serve."""
    with ends_the_process():
        settings = load_settings()
        configure_logs(settings.log_level, settings.log_format)
        app = load_app(settings)
        listener = listen(settings.host, settings.port)
    gc.freeze()  # what is loaded stays: the collector need not look through it with every batch
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
    """Answer requests until the first SIGINT or SIGTERM, then end without losing one."""
    config = uvicorn.Config(
        app,
        http=Connection,
        access_log=False,  # costs as much as a prediction; /metrics counts
        headers=[("X-Served-By", settings.served_by)],
        log_config=None,
        log_level=settings.log_level.value,
        proxy_headers=False,  # nothing here asks for the client's address
        server_header=False,
        timeout_graceful_shutdown=settings.stop_timeout_s,
        timeout_keep_alive=settings.keep_alive_s,
        ws="none",
    )
    limits = ConnectionLimits(
        room_for(settings.max_connections),
        settings.request_timeout_s,
        settings.connection_max_age_s,
        settings.connection_max_answers,
    )
    connections = Connections(limits, app.observed, app.early_refusals)
    server = DrainingServer(config, connections, app.lifecycle, settings.drain_seconds)
    host, port = listener.getsockname()[:2]
    _log.info("%s on http://%s:%d (documentation: /docs), Ctrl-C stops it", app.title, host, port)
    server.run(sockets=[listener, *(listener.dup() for _ in range(ACCEPTED_A_TURN - 1))])
    _log.info("stopped")


if __name__ == "__main__":
    settings_are = "Its settings are environment variables, such as SERVICE_PORT=8000: see docs/operations.md."
    argparse.ArgumentParser("python -m service", description=__doc__, epilog=settings_are).parse_args()
    main()
