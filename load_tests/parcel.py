"""The reports of a run as lines of text, for the end of a log: where they were written nobody can look afterwards.

-----BEGIN LOADPROOF REPORTS 20260102T030405-smoke 3-----
base64 of a zip file, in so many lines
-----END LOADPROOF REPORTS (sha256 of the zip file)-----
"""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from load_tests.report import markdown
from load_tests.report.run_report import FILE_NAME

MARK = "LOADPROOF REPORTS"
LINE_LENGTH = 4096
"""Container engines cut lines that are longer than 16 KiB."""
MOST_BYTES = 4 << 20
"""Of the zip file: kubelets begin a new log after 10 MiB, and show only the last."""
_FIRST = (FILE_NAME, markdown.FILE_NAME)


def lines_of(folder: Path, most_bytes: int = MOST_BYTES) -> Iterator[str]:
    """Pack the files of a folder, the report as data first; what does not fit any more is left out."""
    packed = _packed(folder, most_bytes)
    text = base64.b64encode(packed).decode("ascii")
    lines = [text[begin : begin + LINE_LENGTH] for begin in range(0, len(text), LINE_LENGTH)]
    yield f"-----BEGIN {MARK} {folder.name} {len(lines)}-----"
    yield from lines
    yield f"-----END {MARK} {hashlib.sha256(packed).hexdigest()}-----"


def _packed(folder: Path, most_bytes: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir(), key=_rank):
            before = buffer.tell()
            if path.is_file() and before + path.stat().st_size // 2 < most_bytes:
                archive.write(path, path.name)
    return buffer.getvalue()


def _rank(path: Path) -> tuple[int, int]:
    """What matters most comes first, then what is small."""
    return (_FIRST.index(path.name) if path.name in _FIRST else len(_FIRST)), path.stat().st_size
