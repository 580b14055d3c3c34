"""The tests' balancer does what the proxy of a Kubernetes node does: it sees connections, and no requests."""

import urllib.error
import urllib.request

import pytest

from benchmarks.balancer import Balancer
from tests.load_tests.conftest import PATIENCE_S, Respond


def ask(balancer: Balancer) -> None:
    with urllib.request.urlopen(balancer.url, data=b"{}", timeout=PATIENCE_S) as answer:  # noqa: S310
        assert answer.status == 200


def test_connections_go_to_the_backends_in_turn_and_to_none_that_was_removed(respond: Respond) -> None:
    first, second = respond().port, respond().port
    with Balancer(first) as balancer:
        ask(balancer)
        balancer.add(second)
        for _ in range(4):
            ask(balancer)
        assert balancer.requests == {first: 3, second: 2}
        balancer.remove(first)
        ask(balancer)
        assert balancer.requests == {first: 3, second: 3}


@pytest.mark.parametrize("known", [True, False])
def test_a_connection_to_a_backend_that_is_gone_is_closed(respond: Respond, known: bool) -> None:
    gone = respond()
    gone.stop()
    with Balancer(*([gone.port] if known else [])) as balancer, pytest.raises((urllib.error.URLError, ConnectionError)):
        ask(balancer)
