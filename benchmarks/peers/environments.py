"""The environments of the peers under ``.build/peers``, one for each, and the pipeline that some of them serve."""

import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path

from benchmarks.peers.catalogue import FOLDER, ROOT, Peer

BUILD = ROOT / ".build" / "peers"
PIPELINE = BUILD / "pipeline.joblib"
LONGEST_INSTALLATION_S = 900


class PeerError(Exception):
    """A peer cannot be measured; the message says why."""


def install(name: str, peer: Peer) -> Path:
    """Make the environment of a peer unless it is there as its requirements say; return its folder."""
    requirements = peer.requirements or FOLDER / name / "requirements.txt"
    folder, wanted = BUILD / name, requirements.read_text(encoding="utf-8")
    finished = folder / "installed.txt"
    if finished.is_file() and finished.read_text(encoding="utf-8") == wanted:
        return folder
    print(f"installing {name}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(folder / "bin" / "python")]
    try:
        subprocess.run(
            [*pip, "install", "-q", "-r", str(requirements)],
            check=True, capture_output=True, text=True, timeout=LONGEST_INSTALLATION_S,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise PeerError(f"not installed: took more than {LONGEST_INSTALLATION_S} s") from None
    except subprocess.CalledProcessError as failed:
        raise PeerError(f"not installed: {last_line(failed.stderr)}") from None
    finished.write_text(wanted, encoding="utf-8")
    return folder


def last_line(text: str) -> str:
    """Return the last line that tells of an error, or else the last that says anything."""
    said = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in said if re.match(r"(\w+\.)*\w*(Error|Exception)\b", line)]
    return (errors or said or ["it said nothing"])[-1]


def versions(folder: Path, peer: Peer) -> Mapping[str, str]:
    """Return the versions of what a peer is about."""
    installed = distributions(path=[str(path) for path in folder.glob("lib/python*/site-packages")])
    found = {one.name.lower().replace("_", "-"): one.version for one in installed}
    return {name: found[name] for name in peer.distributions}


def size_mb(folder: Path) -> float:
    """Return what an environment takes on disk, in millions of bytes; pip is not part of it."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) / 1e6
