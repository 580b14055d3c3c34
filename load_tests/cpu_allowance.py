"""How much CPU this process may use: the cores it may run on, and what the cgroups it is in leave it of them.

A container sees all cores of its machine and is stopped for the rest of each period once its quota is used up.
The files are described in the Linux kernel's documentation: cgroup-v2.rst (cpu.max), scheduler/sched-bwc.rst
(cpu.cfs_quota_us), and proc(5) for /proc/self/cgroup and /proc/self/mountinfo.
"""

import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_V1, _V2 = "cgroup", "cgroup2"


def available_cores(root: Path = Path("/")) -> float:
    """Cores that this process and its children may use together: those it may run on, or less by a quota."""
    return min(float(_cores_to_run_on()), cgroup_quota_cores(root))


def allowed_cores(available: float, processes_here: int) -> float:
    """Cores that one of `processes_here` single-threaded processes may use: its share, and one at most."""
    return min(1.0, available / processes_here)


def _cores_to_run_on() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cgroup_quota_cores(root: Path = Path("/")) -> float:
    """The tightest CPU quota of the cgroups that this process is in, in cores; infinite without any.

    `root` is where the file system begins; where there are no cgroups (macOS, Windows) there is no quota.
    """
    own = dict(_own_cgroups(_text_of(root / "proc/self/cgroup")))
    mounts = _cpu_mounts(_text_of(root / "proc/self/mountinfo"))
    return min(
        (
            _quota_cores(root / str(folder).lstrip("/"), mount.kind)
            for mount in mounts
            for folder in mount.folders_of(own.get(mount.kind, PurePosixPath("/")))
        ),
        default=math.inf,
    )


@dataclass(frozen=True)
class _Mount:
    """Where the part of a cgroup hierarchy below `top` can be seen."""

    kind: str
    top: PurePosixPath
    point: PurePosixPath

    def folders_of(self, cgroup: PurePosixPath) -> Iterator[PurePosixPath]:
        """Folders of a cgroup and of all above it that can be seen: each of them limits those below."""
        inside = PurePosixPath()
        if cgroup.is_relative_to(self.top) and ".." not in cgroup.parts:
            inside = cgroup.relative_to(self.top)
        # A container may be told its path on the host and yet see only its own cgroup: then it is the topmost one.
        yield from (self.point / part for part in (inside, *inside.parents))


def _own_cgroups(text: str) -> Iterator[tuple[str, PurePosixPath]]:
    """Kind of hierarchy and path of each cgroup of /proc/self/cgroup that may limit the CPU: `4:cpu,cpuacct:/a/b`."""
    for line in text.splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            yield _V2, PurePosixPath(path)
        elif "cpu" in controllers.split(","):
            yield _V1, PurePosixPath(path)


def _cpu_mounts(text: str) -> Iterator[_Mount]:
    """The mounts of /proc/self/mountinfo that may hold a CPU quota: `id id dev TOP POINT … - KIND source OPTIONS`."""
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        fields, system = before.split(), after.split()
        if len(fields) < 5 or len(system) < 3:
            continue
        kind, options = system[0], system[-1].split(",")
        if kind == _V2 or (kind == _V1 and "cpu" in options):
            yield _Mount(kind, PurePosixPath(_unescaped(fields[3])), PurePosixPath(_unescaped(fields[4])))


def _unescaped(path: str) -> str:
    r"""Read `\040` as the space that it stands for."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), path)


def _quota_cores(folder: Path, kind: str) -> float:
    """CPU time a cgroup may use per time that passes, infinite if it may use all: `50000 100000` is half a core."""
    if kind == _V2:
        quota_us, _, period_us = _text_of(folder / "cpu.max").strip().partition(" ")
    else:
        quota_us, period_us = (_text_of(folder / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period"))
    try:
        cores = int(quota_us) / int(period_us)
    except (ValueError, ZeroDivisionError):  # no such file, or `max`
        return math.inf
    return cores if cores > 0 else math.inf


def _text_of(path: Path) -> str:
    """Content of a small file; empty if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
