"""A service that is told to stop goes on answering until everyone knows, and ends at once when told twice."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.conftest import DEADLINE_S, ROOT, ServiceFactory, service_environment
from tests.service.raw_http import answer_of, ask, batch, connect, has_ended, header, metric, status, wait_until
from tests.service.toy import TOY

READY = b"GET /api/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n"
ALIVE = b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n"


def _is_ready(port: int) -> bool:
    with connect(port) as connection:
        return status(ask(connection, READY)) == 200


def test_while_it_drains_it_answers_everything_and_asks_for_new_connections(running_service: ServiceFactory) -> None:
    service = running_service(**TOY, SERVICE_DRAIN_SECONDS="60")
    with connect(service.port) as older:
        assert header(ask(older), "connection") is None
        service.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not _is_ready(service.port))
        with connect(service.port) as newer:
            for connection in (older, newer):
                answer = ask(connection)
                assert (status(answer), header(answer, "connection")) == (200, "close")
                assert has_ended(connection)
        with connect(service.port) as connection:
            assert status(ask(connection, ALIVE)) == 200, "an orchestrator must not kill it now"
        with connect(service.port) as connection:
            answer = ask(connection, READY)
            assert status(answer) == 503
            assert header(answer, "retry-after") == "1"
            assert b"The service is draining." in answer


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_it_at_once(running_service: ServiceFactory, second: signal.Signals) -> None:
    service = running_service(**TOY, SERVICE_DRAIN_SECONDS="3600")
    service.process.send_signal(signal.SIGTERM)
    wait_until(lambda: not _is_ready(service.port))
    service.process.send_signal(second)
    assert service.process.wait(DEADLINE_S) == 128 + second


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="needs root and unshare")
def test_a_second_signal_ends_the_first_process_of_a_container_too(tmp_path: Path) -> None:
    """The kernel keeps from that one every signal that it does not handle itself."""
    command = ["unshare", "--pid", "--fork", sys.executable, "-m", "service"]
    environment = service_environment(**TOY, SERVICE_DRAIN_SECONDS="3600")
    log = tmp_path / "log.txt"
    with log.open("wb") as lines, subprocess.Popen(command, cwd=ROOT, env=environment, stderr=lines) as container:
        wait_until(lambda: b"Ctrl-C stops it" in log.read_bytes())
        [first] = psutil.Process(container.pid).children()
        try:
            port = int(log.read_text().partition("http://127.0.0.1:")[2].split()[0])
            wait_until(lambda: _is_ready(port))
            first.send_signal(signal.SIGTERM)
            wait_until(lambda: not _is_ready(port))
            first.send_signal(signal.SIGTERM)
            assert container.wait(DEADLINE_S) == 128 + signal.SIGTERM
        finally:
            if first.is_running():
                first.kill()


def test_the_drain_ends_by_itself(running_service: ServiceFactory) -> None:
    service = running_service(**TOY, SERVICE_DRAIN_SECONDS="0.3")
    assert service.stop(signal.SIGTERM) == 0
    assert "stopped" in service.log


def test_a_person_at_a_keyboard_does_not_wait_for_the_drain(running_service: ServiceFactory) -> None:
    service = running_service(**TOY, SERVICE_DRAIN_SECONDS="3600")
    assert service.stop(signal.SIGINT) == 0


def test_a_computation_without_end_does_not_keep_it_from_ending(running_service: ServiceFactory) -> None:
    service = running_service(
        **TOY, SERVICE_EMULATE_CPU_MS="10000", SERVICE_MAX_COMPUTE_MS="600000", SERVICE_STOP_TIMEOUT_S="1"
    )
    with connect(service.port) as asking:
        asking.sendall(batch(60))  # ten minutes
        wait_until(lambda: metric(service.port, "http_requests_in_flight") == 2)
        assert service.stop(signal.SIGTERM) == 0
        answer = answer_of(asking)
        assert status(answer) == 503
        assert b"The service was stopped before it could answer." in answer
    assert "Traceback" not in service.log
