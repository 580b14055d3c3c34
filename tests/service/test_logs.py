"""Log lines of a real service: for people or for programs, with the ids of their request."""

import json
import re
import time
import urllib.error
import urllib.request
from typing import Any

import pytest

from service.line_limit import LINES_PER_S, LineLimit
from tests.conftest import RunningService, ServiceFactory
from tests.load_tests.builders import Clock
from tests.service.raw_http import PATIENCE_S, post
from tests.service.records import JSON_HEADERS, record
from tests.service.toy import CRASHES, NEVER_SLOW, TOY, ToyModel
from tests.service.wire import statuses, talk

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"


def crash(service: RunningService, **headers: str) -> None:
    """Send what the toy model cannot stand."""
    body = json.dumps(record(ToyModel) | {"number": CRASHES}).encode()
    marks = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"{service.url}/predict", body, JSON_HEADERS | marks)  # noqa: S310
    with pytest.raises(urllib.error.HTTPError, match="500") as failed:
        urllib.request.urlopen(request, timeout=PATIENCE_S)  # noqa: S310
    failed.value.close()


def lines_about(service: RunningService, request_id: str) -> list[dict[str, Any]]:
    """Return the two lines about a request that failed: the client may have its answer before they are written."""
    end_s = time.monotonic() + 10
    found: list[dict[str, Any]] = []
    while len(found) < 2 and time.monotonic() < end_s:
        found = [line for line in lines_of(service) if line.get("request_id") == request_id]
    return found


def lines_of(service: RunningService) -> list[dict[str, Any]]:
    """Return its log, each line parsed."""
    return [json.loads(line) for line in service.log.splitlines(keepends=True) if line.endswith("\n")]


@pytest.fixture(scope="module")
def for_programs(running_service: ServiceFactory) -> RunningService:
    """Give a service that logs JSON."""
    return running_service(**TOY, SERVICE_LOG_FORMAT="json")


def test_every_line_for_programs_is_an_object(for_programs: RunningService) -> None:
    crash(for_programs)
    for line in lines_of(for_programs):
        assert {"time", "level", "logger", "message"} <= line.keys()
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])


def test_a_failure_and_its_request_have_the_same_ids(for_programs: RunningService) -> None:
    crash(for_programs, X_Request_ID="client-1", traceparent=TRACEPARENT)
    failure, request = lines_about(for_programs, "client-1")
    assert failure["exception"].endswith("RuntimeError: secret of the model")
    assert (request["method"], request["path"], request["status"]) == ("POST", "/predict", 500)
    assert request["duration_ms"] > 0
    for line in (failure, request):
        assert (line["trace_id"], line["span_id"]) == (TRACE, SPAN)


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        "garbage",
        f"00-{TRACE}-{SPAN}",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
    ],
)
def test_a_traceparent_that_is_none_is_left_out(for_programs: RunningService, traceparent: str) -> None:
    request_id = f"client-{len(lines_of(for_programs))}"
    crash(for_programs, X_Request_ID=request_id, traceparent=traceparent)
    failure, request = lines_about(for_programs, request_id)
    assert "trace_id" not in failure | request


def test_of_many_failures_few_leave_a_traceback(running_service: ServiceFactory) -> None:
    service = running_service(**TOY)
    body = json.dumps(record(ToyModel) | {"number": CRASHES}).encode()
    began_s = time.monotonic()
    crashing = post(body, f"Content-Length: {len(body)}", connection="keep-alive") * 299
    assert statuses(talk(service.port, [crashing, post(body, f"Content-Length: {len(body)}")])) == [500] * 300
    seconds = int(time.monotonic() - began_s) + 2  # of the clock, the first and the last in part
    service.stop()
    assert LINES_PER_S <= service.log.count("Traceback") <= LINES_PER_S * seconds


def test_what_is_no_http_leaves_no_line(running_service: ServiceFactory) -> None:
    service = running_service(**TOY, **NEVER_SLOW)
    for _ in range(30):
        assert statuses(talk(service.port, [b"no HTTP at all\r\n\r\n"])) == [400]
    service.stop()
    assert "WARNING" not in service.log


def test_the_next_line_that_passes_counts_those_left_out() -> None:
    clock = Clock()
    limit = LineLimit(clock)
    assert [limit.passes() for _ in range(12)] == [True] * LINES_PER_S + [False] * 2
    clock.now_s = 1.0
    assert limit.passes()
    assert [limit.left_out(), limit.left_out()] == [" (2 before it not logged)", ""]


def test_lines_for_people_end_with_the_ids(running_service: ServiceFactory) -> None:
    service = running_service(**TOY)
    crash(service, X_Request_ID="client-2", traceparent=TRACEPARENT)
    service.stop()
    marked = f" request_id=client-2 trace_id={TRACE} span_id={SPAN}"
    found = [line for line in service.log.splitlines() if line.endswith(marked)]
    assert len(found) == 2
    assert " ERROR service.problems: unexpected RuntimeError while answering request_id" in found[0]
    assert re.search(r" ERROR service\.requests: POST /predict 500 in [\d.]+ ms request_id", found[1])
