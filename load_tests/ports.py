"""Ports of this machine."""

import random
import socket

NOT_EPHEMERAL = range(10_000, 32_000)
"""Below those that Linux, macOS and Windows take by themselves, for connections or for who listens on any port."""
ATTEMPTS = 100


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now, and that nobody gets who did not ask for it."""
    for _ in range(ATTEMPTS):
        port = random.choice(NOT_EPHEMERAL)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"{ATTEMPTS} ports tried at random from {NOT_EPHEMERAL.start} to {NOT_EPHEMERAL.stop} are all taken")
