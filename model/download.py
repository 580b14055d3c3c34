"""Getting one file from the internet: checked before it is kept, never half there."""

import csv
import hashlib
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model.console import Progress, say
from model.data_files import KaggleFile, PublicFile

TIMEOUT_S = 30.0
BLOCK_BYTES = 1 << 16


class DownloadError(Exception):
    """The file could not be had, or is not the one expected; nothing was kept."""


class NotDownloadableError(DownloadError):
    """The file is not simply to be downloaded; the message says how to get it."""


class KaggleClientMissingError(NotDownloadableError):
    """Kaggle's own client is not installed; the message says how to get the file."""


def download_public(file: PublicFile, target: Path) -> None:
    """Download a file and keep it if its content is the expected one."""
    with _kept_if_good(target) as partial:
        _copy(file.url, partial)
        _verify(file, partial)


def download_kaggle(file: KaggleFile, target: Path) -> None:
    """Let Kaggle's own client download a file."""
    command = ["kaggle", "competitions", "download", "-c", file.competition, "-f", file.file_name]
    if shutil.which(command[0]) is None:
        raise KaggleClientMissingError(_kaggle_instructions(file, command, target))
    with _kept_if_good(target) as partial:
        say(f"  running {' '.join(command)}")
        finished = subprocess.run([*command, "-p", str(partial.parent)], check=False)
        if finished.returncode != 0:
            message = f"{' '.join(command)} ended with exit code {finished.returncode}; see what it says above"
            raise DownloadError(message)
        _take_out(partial.parent / file.file_name, partial)


def content_sha256(path: Path) -> str:
    """Return the checksum of a CSV file's content: the same for 33 and 33.0, for any line ends and quotes."""
    digest = hashlib.sha256()
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.reader(file):
            digest.update("\x1f".join(_canonical(cell) for cell in row).encode() + b"\n")
    return digest.hexdigest()


def _canonical(cell: str) -> str:
    try:
        return repr(float(cell))
    except ValueError:
        return cell.strip()


@contextmanager
def _kept_if_good(target: Path) -> Iterator[Path]:
    """Give a path beside the target to write to; move it to the target if nothing goes wrong."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".download-", dir=target.parent) as directory:
        partial = Path(directory) / "partial"
        yield partial
        partial.replace(target)


def _copy(url: str, target: Path) -> None:
    if not url.startswith(("https://", "http://")):
        message = f"{url}: only http and https are downloaded"
        raise DownloadError(message)
    progress = Progress()
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as response, target.open("wb") as file:  # noqa: S310
            expected = response.headers.get("Content-Length")
            while block := response.read(BLOCK_BYTES):
                file.write(block)
                progress.update(f"  {file.tell():,} bytes of {expected or 'an unknown number'}")
            received = file.tell()
    except (urllib.error.URLError, OSError) as error:
        message = f"{url}: cannot be downloaded: {error}. Is there a network? Nothing was changed."
        raise DownloadError(message) from error
    if expected is not None and received != int(expected):
        message = f"{url}: broke off after {received:,} of {expected} bytes. Nothing was changed."
        raise DownloadError(message)


def _verify(file: PublicFile, path: Path) -> None:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found == file.sha256:
        return
    try:
        content = content_sha256(path)
    except (UnicodeDecodeError, csv.Error):
        content = "not a CSV file"
    if content != file.content_sha256:
        message = f"{file.url}: checksum {found} is not the expected {file.sha256}, nor is the content the same"
        raise DownloadError(message)
    say("  written differently from the file the model was trained on, but the same in content")


def _take_out(downloaded: Path, target: Path) -> None:
    """Move the downloaded file to the target; Kaggle may have zipped it."""
    zipped = downloaded.with_name(f"{downloaded.name}.zip")
    if zipped.is_file():
        with zipfile.ZipFile(zipped) as archive, archive.open(downloaded.name) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file)
    elif downloaded.is_file():
        downloaded.replace(target)
    else:
        message = f"Kaggle's client left no {downloaded.name}"
        raise DownloadError(message)


def _kaggle_instructions(file: KaggleFile, command: list[str], target: Path) -> str:
    return (
        f"Kaggle's client is not installed. To get the file: accept the rules on "
        f"https://www.kaggle.com/competitions/{file.competition}, `pip install kaggle`, put your API token where "
        f"it wants it, and run this again; or run `{' '.join(command)}` elsewhere and save the file as {target}."
    )
