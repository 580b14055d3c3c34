"""The process asks for as many open files as its connections need, and takes fewer connections if it gets fewer."""

import subprocess
import sys

import pytest

from service.descriptors import OTHERS
from tests.conftest import ROOT

COMMAND = f"{sys.executable} -c 'from service.descriptors import room_for; print(room_for(500))'"


@pytest.mark.parametrize(
    ("limit", "room"),
    [("ulimit -S -n 200", 500), ("ulimit -n 200", 200 - OTHERS), ("ulimit -n 10", 1), ("ulimit -n 1000", 500)],
)
def test_the_room_is_what_the_system_allows(limit: str, room: int) -> None:
    ended = subprocess.run(["sh", "-c", f"{limit} && {COMMAND}"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(ended.stdout) == room
    assert ("open files" in ended.stderr) == (room < 500)
