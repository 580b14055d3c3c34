"""Reports that come as lines of a log: told from the rest, checked and unpacked (`load_tests/parcel.py` packs them)."""

import base64
import binascii
import hashlib
import io
import re
import zipfile
from pathlib import Path

from deployment.errors import DeploymentError

_BEGIN = re.compile(r"-----BEGIN LOADPROOF REPORTS ([-.\w]+) (\d+)-----")
_END = re.compile(r"-----END LOADPROOF REPORTS ([0-9a-f]{64})-----")


class Parcel:
    """The reports of a run on their way."""

    def __init__(self) -> None:
        self._run = ""
        self._expected = 0
        self._lines: list[str] = []
        self._checksum = ""

    def takes(self, line: str) -> bool:
        """Take a line if it is part of the parcel; say whether it is."""
        if begin := _BEGIN.fullmatch(line):
            self._run, self._expected, self._lines, self._checksum = begin[1], int(begin[2]), [], ""
        elif not self._run or self._checksum:
            return False
        elif end := _END.fullmatch(line):
            self._checksum = end[1]
        else:
            self._lines.append(line)
        return True

    @property
    def has_begun(self) -> bool:
        """Whether there is any of it."""
        return bool(self._run)

    def unpack(self, reports: Path) -> Path:
        """Write the files into a folder under `reports`; DeploymentError if they are not all there, or not the same."""
        if not self.has_begun:
            raise DeploymentError("the load test left no reports")
        packed = self._packed()
        folder = reports / self._run
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            for name in archive.namelist():
                (folder / Path(name).name).write_bytes(archive.read(name))
        return folder

    def _packed(self) -> bytes:
        try:
            packed = base64.b64decode("".join(self._lines), validate=True)
        except binascii.Error:
            packed = b""
        if len(self._lines) != self._expected or hashlib.sha256(packed).hexdigest() != self._checksum:
            raise DeploymentError(
                f"the reports came damaged, {len(self._lines)} of {self._expected} lines: `make fetch` tries again"
            )
        return packed
