"""Replacing a directory as a whole, so that whoever interrupts it finds the old one or the new one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DIRECTORY_MODE = 0o755


@contextmanager
def replacement(directory: Path) -> Iterator[Path]:
    """Give an empty directory to fill; it takes the place of ``directory`` if nothing goes wrong."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    _recover(directory)
    staging = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        staging.chmod(DIRECTORY_MODE)
        yield staging
        _swap(staging, directory)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _swap(staging: Path, directory: Path) -> None:
    previous = _previous(directory)
    if directory.exists():
        directory.rename(previous)
    try:
        staging.rename(directory)
    finally:
        _recover(directory)


def _recover(directory: Path) -> None:
    """Put the previous directory back if there is no other, else delete it."""
    previous = _previous(directory)
    if not previous.exists():
        return
    if directory.exists():
        shutil.rmtree(previous)
    else:
        previous.rename(directory)


def _previous(directory: Path) -> Path:
    return directory.with_name(f".{directory.name}.previous")
