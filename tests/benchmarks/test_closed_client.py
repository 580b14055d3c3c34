"""The client that costs are measured with counts no answer that is none, and goes on when a server hangs up."""

import pytest

from benchmarks.closed_client import ClosedClient
from benchmarks.wire import post
from tests.benchmarks.one_answer import ANSWER, CLOSING, server_that_says

REQUESTS = [post("/", b"{}"), post("/other", b"{}")]


@pytest.mark.parametrize("answer", [ANSWER, CLOSING])
def test_every_answer_is_read_to_its_end(answer: bytes) -> None:
    with server_that_says(answer) as port:
        client = ClosedClient(port, REQUESTS, connections=3)
        client.ask(30)
        client.close()


@pytest.mark.parametrize("answer", [ANSWER.replace(b"200", b"503"), b"HTTP/1.1 200 OK\r\nConnection: close\r\n"])
def test_an_answer_that_is_not_as_it_should_be_ends_the_measurement(answer: bytes) -> None:
    with server_that_says(answer) as port:
        client = ClosedClient(port, REQUESTS, connections=1)
        with pytest.raises(RuntimeError, match="the server"):
            client.ask(1)
        client.close()
