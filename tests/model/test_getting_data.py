"""Getting data: what arrives is checked before it is kept, and nothing is ever half there."""

import functools
import hashlib
import stat
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from model import datasets
from model.data_files import DATA_DIRECTORY, DataNotFoundError, Dataset, KaggleFile, PublicFile, find_real
from model.datasets import obtain
from model.download import DownloadError, KaggleClientMissingError, content_sha256, download_kaggle, download_public
from model.insurance_charges.training import Recipe as InsuranceRecipe
from tests.model.conftest import real_file

CONTENT = b"age,bmi,smoker\n19,27.9,yes\n28,33,no\n"
REWRITTEN = b'"age","bmi","smoker"\r\n19,27.90,yes\r\n28,33.0,no\r\n'
KAGGLE = KaggleFile(competition="fares", file_name="train.csv")


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class BrokenOff(BaseHTTPRequestHandler):
    """Promises more than it sends."""

    def do_GET(self) -> None:
        """Send half."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"half")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def serve(handler: object) -> Iterator[str]:
    """Serve on a free port while the test runs."""
    server = HTTPServer(("127.0.0.1", 0), handler)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def website(tmp_path: Path) -> Iterator[str]:
    """Serve a directory with the file, and the same rewritten."""
    directory = tmp_path / "website"
    directory.mkdir()
    (directory / "file.csv").write_bytes(CONTENT)
    (directory / "rewritten.csv").write_bytes(REWRITTEN)
    (directory / "other.csv").write_bytes(CONTENT.replace(b"19", b"20"))
    (directory / "binary.csv").write_bytes(bytes(range(256)))
    yield from serve(functools.partial(Quiet, directory=str(directory)))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return where the file shall go."""
    return tmp_path / "data" / "file.csv"


def public_file(url: str, tmp_path: Path) -> PublicFile:
    """Return a public file that must hold CONTENT."""
    (tmp_path / "expected.csv").write_bytes(CONTENT)
    return PublicFile(url, hashlib.sha256(CONTENT).hexdigest(), content_sha256(tmp_path / "expected.csv"))


def test_the_expected_file_is_kept(website: str, target: Path, tmp_path: Path) -> None:
    download_public(public_file(f"{website}/file.csv", tmp_path), target)
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


def test_the_same_content_written_otherwise_is_kept_and_told(
    website: str, target: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    download_public(public_file(f"{website}/rewritten.csv", tmp_path), target)
    assert target.read_bytes() == REWRITTEN
    assert "the same in content" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "reason"),
    [("other.csv", "checksum"), ("binary.csv", "checksum"), ("missing.csv", "404")],
)
def test_anything_else_is_not_kept(website: str, target: Path, tmp_path: Path, path: str, reason: str) -> None:
    with pytest.raises(DownloadError, match=reason):
        download_public(public_file(f"{website}/{path}", tmp_path), target)
    assert list(target.parent.iterdir()) == []


def test_a_download_that_breaks_off_is_not_kept(target: Path, tmp_path: Path) -> None:
    for url in serve(BrokenOff):
        with pytest.raises(DownloadError, match="broke off after 4 of 1000 bytes"):
            download_public(public_file(url, tmp_path), target)
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/file.csv", "file:///etc/passwd"])
def test_without_network_existing_data_stays(target: Path, tmp_path: Path, url: str) -> None:
    target.parent.mkdir()
    target.write_bytes(b"precious")
    with pytest.raises(DownloadError):
        download_public(public_file(url, tmp_path), target)
    assert target.read_bytes() == b"precious"
    assert list(target.parent.iterdir()) == [target]


def test_a_file_that_is_there_is_not_downloaded_again(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.parent.mkdir()
    target.write_bytes(b"precious")
    monkeypatch.setenv("REAL_DATA_DIR", str(target.parent))
    dataset = Dataset("Files", ("file.csv",), public_file("http://127.0.0.1:9/", tmp_path))
    assert obtain(dataset, tmp_path / "elsewhere") == target


def test_the_more_complete_file_is_found_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REAL_DATA_DIR", str(tmp_path))
    dataset = Dataset("Files", ("all.csv", "sample.csv"), KAGGLE)
    with pytest.raises(DataNotFoundError, match=f"no all.csv or sample.csv in {tmp_path} or {DATA_DIRECTORY}"):
        find_real(dataset)
    (tmp_path / "sample.csv").touch()
    assert find_real(dataset).name == "sample.csv"
    (tmp_path / "all.csv").touch()
    assert find_real(dataset).name == "all.csv"


@pytest.mark.parametrize("zipped", [False, True])
def test_kaggles_client_is_called_and_its_file_renamed(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zipped: bool
) -> None:
    (tmp_path / "train.csv").write_bytes(CONTENT)
    with zipfile.ZipFile(tmp_path / "train.csv.zip", "w") as archive:
        archive.write(tmp_path / "train.csv", "train.csv")
    name = "train.csv.zip" if zipped else "train.csv"
    expected = "competitions download -c fares -f train.csv -p"
    fake_client(tmp_path, monkeypatch, f'case "$*" in "{expected} "*) cp {tmp_path}/{name} "$8";; *) exit 9;; esac')
    download_kaggle(KAGGLE, target)
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize(("script", "reason"), [("exit 3", "exit code 3"), ("exit 0", "left no train.csv")])
def test_kaggles_client_may_fail(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    fake_client(tmp_path, monkeypatch, script)
    with pytest.raises(DownloadError, match=reason):
        download_kaggle(KAGGLE, target)
    assert list(target.parent.iterdir()) == []


def fake_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program named kaggle first on the path."""
    program = tmp_path / "bin" / "kaggle"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def test_without_kaggles_client_the_way_to_the_file_is_explained(
    target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KaggleClientMissingError, match="pip install kaggle") as missing:
        download_kaggle(KAGGLE, target)
    assert "kaggle competitions download -c fares -f train.csv" in str(missing.value)
    assert str(target) in str(missing.value)


@pytest.mark.parametrize("named", [[], ["insurance_charges"], ["taxi_fare"]])
def test_the_command_tells_what_is_not_there(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    named: list[str],
) -> None:
    """No network: the public file fails; no client: the other is explained, and missed only if it was named."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("REAL_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("model.data_files.DATA_DIRECTORY", tmp_path)
    monkeypatch.setattr("model.datasets.DATA_DIRECTORY", tmp_path)
    monkeypatch.setattr("model.datasets.download_public", _no_network)
    assert datasets.main(named) == 1
    told = capsys.readouterr()
    assert ("no network" in told.err) is (named != ["taxi_fare"])
    assert ("Kaggle's client is not installed" in told.out) is (named != ["insurance_charges"])
    (tmp_path / "insurance.csv").touch()
    assert datasets.main([]) == 0


def _no_network(_file: PublicFile, _target: Path) -> None:
    raise DownloadError("no network")


def test_the_known_checksums_are_those_of_the_real_file() -> None:
    recipe = InsuranceRecipe()
    path, origin = real_file(recipe), recipe.dataset.origin
    assert isinstance(origin, PublicFile)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == origin.sha256
    assert content_sha256(path) == origin.content_sha256
