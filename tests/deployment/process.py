"""The command line as a process of its own, to send signals to."""

import os
import subprocess

from tests.conftest import ROOT
from tests.deployment.stage import PYTHON, Stage

_CODE = """
import sys; from pathlib import Path; from deployment.__main__ import main
folder, sys.executable, *arguments = sys.argv[1:]
sys.exit(main(arguments, folder=Path(folder)))
"""


def started(stage: Stage, *arguments: str) -> "subprocess.Popen[str]":
    """Start a command on a stage, on the real clock."""
    command = [PYTHON, "-c", _CODE, str(stage.folder), str(stage.bin / "python"), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
