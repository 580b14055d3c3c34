"""`make clean` takes nothing away that `make teardown` still needs."""

import subprocess
from pathlib import Path

from deployment.record import Record, mark_torn_down, write
from deployment.request import BUILD_FOLDER, PlatformName
from tests.conftest import ROOT

FOLDER = BUILD_FOLDER.relative_to(ROOT)


def cleaned(place: Path) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", "-C", str(place), "-f", str(ROOT / "Makefile"), "clean"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_is_refused_while_something_stands_and_done_when_it_is_torn_down(tmp_path: Path) -> None:
    """A service of PLATFORM=local was once left running, and nobody knew of it any more."""
    write(Record(platform=PlatformName.LOCAL, overlay="single"), tmp_path / FOLDER)
    refused = cleaned(tmp_path)
    assert refused.returncode == 2
    assert "make teardown" in refused.stdout
    assert (tmp_path / FOLDER).exists()
    mark_torn_down(PlatformName.LOCAL, tmp_path / FOLDER)
    assert cleaned(tmp_path).returncode == 0
    assert not (tmp_path / FOLDER).exists()
