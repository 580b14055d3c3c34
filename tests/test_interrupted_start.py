"""A signal while a command is still being imported, which takes the first second of each, ends it in silence."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

INTERRUPTS_AN_IMPORT = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["INTERRUPTED_AT"]:
            signal.raise_signal(int(os.environ["INTERRUPTED_BY"]))

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background processes ignore it
sys.meta_path.insert(0, Interrupting())
"""
COMMANDS = [
    (["load_tests", "run", "staged"], "load_tests.running.launch"),
    (["load_tests.demo"], "load_tests.running.launch"),
    (["deployment", "loadtest", "staged"], "deployment.steps"),
    (["model.train"], "model.building"),
]


@pytest.mark.parametrize(("command", "module"), COMMANDS, ids=[command[0] for command, _ in COMMANDS])
def test_a_command_that_is_still_imported_ends_by_ctrl_c_and_in_silence(
    command: list[str], module: str, tmp_path: Path
) -> None:
    assert interrupted(command, module, signal.SIGINT, tmp_path) == (-signal.SIGINT, "", "")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_service_that_is_still_imported_ends_by_any_signal_and_in_silence(
    ending: signal.Signals, tmp_path: Path
) -> None:
    """With an exit code of its own: the first process of a container is not ended by what nobody handles."""
    assert interrupted(["service"], "service.app", ending, tmp_path) == (128 + ending, "", "")


def interrupted(command: list[str], module: str, ending: signal.Signals, tmp_path: Path) -> tuple[int, str, str]:
    """Exit code and output of a command that gets a signal when it imports a module."""
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTS_AN_IMPORT, encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "INTERRUPTED_AT": module,
        "INTERRUPTED_BY": str(int(ending)),
    }
    ended = subprocess.run(
        [sys.executable, "-m", *command], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    return ended.returncode, ended.stdout, ended.stderr


def test_another_error_of_an_import_keeps_its_traceback(tmp_path: Path) -> None:
    (tmp_path / "yaml.py").write_text("raise RuntimeError('not this one')", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-m", "load_tests"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 1
    assert "Traceback" in ended.stderr
    assert "not this one" in ended.stderr
