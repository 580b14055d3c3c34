"""The client that overloads asks at the moments it is told, counts each request once, and waits for no answer."""

import pytest

from benchmarks.http_load import NO_ANSWER
from benchmarks.open_client import Due, OpenClient
from benchmarks.wire import get
from load_tests.ports import free_port
from tests.benchmarks.one_answer import ANSWER, CLOSING, server_that_says

REQUEST = get("/")
LARGE = b"HTTP/1.1 503 Busy\r\nContent-Length: 300000\r\n\r\n" + 300_000 * b" "
"""More than is received at once."""
SCHEDULE = [Due(number / 500, REQUEST, over_new_connection=number % 3 == 0) for number in range(30)]


@pytest.mark.parametrize(
    ("answer", "status"), [(ANSWER, 200), (CLOSING, 200), (LARGE, 503)], ids=["short", "closing", "large"]
)
def test_every_request_has_the_status_of_its_answer(answer: bytes, status: int) -> None:
    with server_that_says(answer) as port, OpenClient(port, timeout_s=30.0) as client:
        for _ in range(2):  # once with new connections, once with those that are left
            answered = client.offer(SCHEDULE)
            assert sorted(one.due.after_s for one in answered) == [due.after_s for due in SCHEDULE]
            assert {one.status for one in answered} == {status}


def test_who_gets_no_answer_keeps_nobody_from_asking_and_is_given_up() -> None:
    with server_that_says(b"") as port, OpenClient(port, timeout_s=0.1) as client:
        answered = client.offer(SCHEDULE)
    assert [one.status for one in answered] == [NO_ANSWER] * len(SCHEDULE)
    assert all(one.latency_s > 0.1 for one in answered)


def test_a_server_that_is_not_there_answers_nothing() -> None:
    with OpenClient(free_port(), timeout_s=30.0) as client:
        assert [one.status for one in client.offer(SCHEDULE)] == [NO_ANSWER] * len(SCHEDULE)
