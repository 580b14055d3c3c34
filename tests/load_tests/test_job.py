"""A run whose log is all that it leaves: real workers, a real service, and reports that come out of the log."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deployment.load.parcel import Parcel
from load_tests.__main__ import main
from load_tests.generator.sharing import Sharing
from load_tests.ports import free_port
from tests.conftest import ROOT, ServiceFactory

SHORT = """
model: insurance_charges_model
load: {warmup: 500ms, settle: 500ms, timeout: 40s, in_flight: 4000}
stages: [{name: only, rate: 40/s, for: 3s}]
slo: {errors: 5%}
"""


def test_two_workers_and_a_master_leave_their_reports_in_the_log(
    running_service: ServiceFactory, tmp_path: Path
) -> None:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    port = str(free_port())
    environment = {**os.environ, "LOCUST_MASTER_BIND_PORT": port, "LOCUST_MASTER_NODE_PORT": port}
    worker = [sys.executable, "-m", "locust", "--locustfile", "load_tests/locustfile.py", "--worker"]
    options = ["--scenario", str(tmp_path / "short.yaml"), "--workers", "2", "--report-folder", str(tmp_path / "run")]
    workers = [
        subprocess.Popen([*worker, "--exit-code-on-error=0"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    master = subprocess.run(
        [sys.executable, "-m", "load_tests.job", *options, "--host", running_service(SERVICE_MAX_WAIT_MS="25000").url],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=240,
    )
    assert [one.wait(60) for one in workers] == [0, 0]
    assert master.returncode == 0, master.stdout
    taken = Parcel()
    told = [line for line in master.stdout.splitlines() if not taken.takes(line)]
    assert [line for line in told if "only: 40/s" in line], told
    report = json.loads((taken.unpack(tmp_path / "reports") / "run.json").read_text(encoding="utf-8"))
    assert (report["verdict"], report["exit_code"]) == ("PASS", 0)
    assert "--workers 2" in report["facts"]["command"]


def test_told_to_end_before_there_is_any_load_it_says_so(tmp_path: Path) -> None:
    """Nobody listens at the address, so that it waits; the first process of a container ignores SIGTERM by itself."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"http://127.0.0.1:{silent.getsockname()[1]}"
        options = ["--scenario", "smoke", "--workers", "1", "--report-folder", str(tmp_path / "run"), "--host", host]
        with (
            subprocess.Popen(
                [sys.executable, "-m", "load_tests.job", *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
            ) as process,
            silent.accept()[0] as asked,
        ):
            asked.recv(1)
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=90)[0]
    assert process.returncode == 4
    assert said.splitlines()[-1] == "INVALID (exit 4): interrupted before the load began"


def test_workers_from_elsewhere_are_waited_for_and_not_for_ever() -> None:
    options = Sharing(workers=3).options
    assert options[:3] == ["--master", "--expect-workers", "3"]
    assert "--expect-workers-max-wait" in options
    assert Sharing().options == []


def test_workers_and_processes_exclude_each_other() -> None:
    with pytest.raises(SystemExit):
        main(["run", "smoke", "--workers", "2", "--processes", "2"])


def test_a_program_is_told_how_long_a_scenario_lasts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    assert main(["check", "--json", str(tmp_path / "short.yaml")]) == 0
    [told] = json.loads(capsys.readouterr().out)
    assert told == {"name": "short", "file": str(tmp_path / "short.yaml"), "lasts_s": 3.5, "timeout_s": 40.0}
