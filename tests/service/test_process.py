"""The service as a process: how it starts, what it says when it cannot, how it ends, what it does on the wire."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import ROOT, RunningService, ServiceFactory, service_environment
from tests.service.raw_http import PATIENCE_S, PREDICT, RECORD, ask, connect, has_ended, header, post, status
from tests.service.records import JSON_HEADERS
from tests.service.toy import TOY
from tests.stalls import again_if_disturbed


@pytest.fixture(scope="module")
def toys(running_service: ServiceFactory) -> RunningService:
    """Give a service of toys that no test stops."""
    return running_service(**TOY)


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=service_environment(**environment),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def _refusal(*arguments: str, **environment: str) -> str:
    ended = _run(*(arguments or ("service",)), **environment)
    assert ended.returncode == 2, ended.stderr
    assert ended.stdout == ""
    [line] = [line for line in ended.stderr.splitlines() if " INFO " not in line]
    assert line.startswith("service: ")
    return line


def _answer(port: int, request: bytes) -> bytes:
    with connect(port) as connection:
        return ask(connection, request)


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(running_service: ServiceFactory, stop_signal: signal.Signals) -> None:
    service = running_service(**TOY)
    with socket.create_connection(("127.0.0.1", service.port)):  # an idle connection does not keep it alive
        assert service.stop(stop_signal) == 0
    assert "Traceback" not in service.log
    assert "ERROR" not in service.log


def test_it_says_where_it_listens_and_how_to_stop_it(toys: RunningService) -> None:
    assert f"Toys on {toys.url} (documentation: /docs), Ctrl-C stops it" in toys.log


def test_a_port_in_use_is_named_with_the_remedy(toys: RunningService) -> None:
    line = _refusal(**TOY, SERVICE_PORT=str(toys.port))
    assert f"port {toys.port} is in use" in line
    assert "SERVICE_PORT=" in line


def test_an_address_that_is_not_ours_is_named() -> None:
    assert "SERVICE_HOST=192.0.2.1" in _refusal(**TOY, SERVICE_HOST="192.0.2.1")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"SERVICE_PORT": "eighty"}, "SERVICE_PORT='eighty'"),
        ({"SERVICE_MODEL_PACKAGE": "model"}, "outside the package 'model'"),
    ],
    ids=["settings", "models"],
)
@pytest.mark.parametrize(
    "arguments", [("service",), ("uvicorn", "--factory", "service.app:from_environment"), ("service.openapi",)]
)
def test_a_wrong_start_ends_with_one_line_and_code_2(
    arguments: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    """Whether it is the first thing that is read or the last."""
    assert said in _refusal(*arguments, **TOY | environment)


def test_each_thing_that_is_wrong_has_a_line_of_its_own() -> None:
    ended = _run("service", **TOY, SERVICE_PORT="eighty", SERVICE_HOST="")
    assert ended.returncode == 2
    lines = ended.stderr.splitlines()
    assert [line.partition("=")[0] for line in lines] == ["service: SERVICE_HOST", "service: SERVICE_PORT"]


def test_a_damaged_artifact_ends_with_one_line_and_code_2(tmp_path: Path) -> None:
    file = tmp_path / "models.yaml"
    file.write_text(Path(TOY["REST_CONFIG"]).read_text().replace("ToyModel", "DamagedModel"))
    line = _refusal(**TOY | {"REST_CONFIG": str(file)})
    assert line.endswith("tests.service.toy.DamagedModel cannot be loaded: OSError: the checksum differs in many lines")


def test_uvicorn_starts_the_factory() -> None:
    command = [sys.executable, "-m", "uvicorn", "--factory", "service.app:from_environment", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, env=service_environment(**TOY), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    with process, process.stderr as log:
        [port] = next(found for line in log if (found := re.findall(r"Uvicorn running on \S+:(\d+)", line)))
        assert status(_answer(int(port), PREDICT)) == 200
        process.send_signal(signal.SIGINT)
        assert "Traceback" not in log.read()


def test_a_chunked_body_is_read(toys: RunningService) -> None:
    chunks = b"".join(b"%x\r\n%b\r\n" % (1, RECORD[i : i + 1]) for i in range(len(RECORD)))
    assert status(_answer(toys.port, post(chunks + b"0\r\n\r\n", "Transfer-Encoding: chunked"))) == 200


@again_if_disturbed
def test_an_announced_body_that_is_too_long_is_refused(toys: RunningService) -> None:
    answer = _answer(toys.port, post(b" " * 2**21, f"Content-Length: {2**21}", connection="keep-alive"))
    assert (status(answer), header(answer, "content-type")) == (413, "application/problem+json")
    assert header(answer, "connection") == "close"


@again_if_disturbed
def test_a_client_that_reads_only_after_sending_learns_why(toys: RunningService) -> None:
    request = urllib.request.Request(f"{toys.url}/predict", b" " * 2**24, JSON_HEADERS)  # noqa: S310
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=PATIENCE_S)  # noqa: S310
    with refused.value as answer:
        assert answer.code == 413
        assert json.load(answer)["title"] == "Content Too Large"


def test_a_body_that_is_announced_and_never_comes_is_refused(toys: RunningService) -> None:
    assert status(_answer(toys.port, post(b"", f"Content-Length: {2**60}", connection="keep-alive"))) == 413


@again_if_disturbed
def test_a_streamed_body_that_grows_too_long_is_cut_off(toys: RunningService) -> None:
    chunks = b"%x\r\n%b\r\n" % (2**16, b" " * 2**16) * 20 + b"0\r\n\r\n"
    answer = _answer(toys.port, post(chunks, "Transfer-Encoding: chunked"))
    assert (status(answer), header(answer, "content-type")) == (413, "application/problem+json")


def test_a_flood_without_end_is_cut_off(toys: RunningService) -> None:
    chunk = b"%x\r\n%b\r\n" % (2**16, b" " * 2**16)
    with connect(toys.port) as connection:
        connection.sendall(post(b"", "Transfer-Encoding: chunked", connection="keep-alive"))
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            _send_without_end(connection, chunk)


def _send_without_end(connection: socket.socket, chunk: bytes) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        connection.sendall(chunk)


@again_if_disturbed
def test_idle_connections_stay_as_long_as_set(running_service: ServiceFactory) -> None:
    service = running_service(**TOY, SERVICE_KEEP_ALIVE_S="1")
    with connect(service.port) as connection:
        assert status(ask(connection)) == 200
        start_s = time.monotonic()
        assert has_ended(connection)
        assert 0.9 < time.monotonic() - start_s < 3.5, "uvicorn's own default would be 5 s"
