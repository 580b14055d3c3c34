"""A port that is said to be free stays so until it is used: the system gives it to nobody by itself."""

import socket
from pathlib import Path

import pytest

from load_tests import ports
from load_tests.ports import free_port

RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


@pytest.mark.skipif(not RANGE.exists(), reason="this system does not say which ports it gives away")
def test_it_is_none_that_the_system_gives_away() -> None:
    first, last = map(int, RANGE.read_text(encoding="ascii").split())
    assert not set(ports.NOT_EPHEMERAL) & set(range(first, last + 1))
    assert free_port() in ports.NOT_EPHEMERAL


def test_ports_that_are_taken_are_passed_over_and_where_all_are_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))
        listener.listen()
        taken = listener.getsockname()[1]
        monkeypatch.setattr(ports, "NOT_EPHEMERAL", range(taken, taken + 1))
        with pytest.raises(OSError, match=f"from {taken} to {taken + 1} are all taken"):
            free_port()
