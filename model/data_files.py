"""Data sets and where their files are.

Real data is looked for in the directory named by ``REAL_DATA_DIR``, then in ``data/``. It is never
replaced by synthetic data behind the user's back.
"""

import os
from dataclasses import dataclass
from pathlib import Path

REAL_DATA_VARIABLE = "REAL_DATA_DIR"
DATA_DIRECTORY = Path(__file__).parents[1] / "data"


class DataNotFoundError(Exception):
    """There is no real data; the message says how to get it or how to do without."""


class DataUnusableError(Exception):
    """A file is not the data set it should be; the message says why."""


@dataclass(frozen=True)
class PublicFile:
    """A file anyone can download, and what must be in it.

    ``content_sha256`` is the checksum of what the file says, whatever way its numbers are written:
    see ``model.download.content_sha256``.
    """

    url: str
    sha256: str
    content_sha256: str


@dataclass(frozen=True)
class KaggleFile:
    """A file of a Kaggle competition, for those who have accepted its rules."""

    competition: str
    file_name: str


@dataclass(frozen=True)
class OwnFile:
    """A file that cannot be downloaded; ``how`` says where it comes from, as a sentence."""

    how: str


@dataclass(frozen=True)
class Dataset:
    """A data set, the names its file goes by, the most complete first, and where to get that one."""

    title: str
    file_names: tuple[str, ...]
    origin: PublicFile | KaggleFile | OwnFile


def real_data_directories() -> tuple[Path, ...]:
    """Return the directories that may hold real data, in the order they are searched."""
    named = os.environ.get(REAL_DATA_VARIABLE)
    return (Path(named), DATA_DIRECTORY) if named else (DATA_DIRECTORY,)


def find_real(dataset: Dataset) -> Path:
    """Return the file of a data set.

    Raises
    ------
    DataNotFoundError
        If no directory holds it.
    """
    directories = real_data_directories()
    for directory in directories:
        for name in dataset.file_names:
            if (directory / name).is_file():
                return directory / name
    searched = " or ".join(str(directory) for directory in directories)
    get_it = f"{dataset.origin.how} Or" if isinstance(dataset.origin, OwnFile) else "Get it with `make data`, or"
    message = (
        f"real data not found: no {' or '.join(dataset.file_names)} in {searched}. "
        f"{get_it} set {REAL_DATA_VARIABLE} to the directory that holds it, "
        "or train on synthetic data with `make train DATA=synthetic`."
    )
    raise DataNotFoundError(message)
