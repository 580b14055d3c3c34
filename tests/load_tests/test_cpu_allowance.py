"""What a process may use is what its cores and the tightest of its cgroups leave it, however they are mounted."""

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from load_tests.cpu_allowance import allowed_cores, available_cores, cgroup_quota_cores
from tests.conftest import ROOT

V2_AT_THE_USUAL_PLACE = "31 23 0:28 / /sys/fs/cgroup rw,nosuid,nodev - cgroup2 cgroup2 rw,nsdelegate\n"
V1_AT_THE_USUAL_PLACE = "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
OTHER_MOUNTS = (
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard\n"
    "30 31 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
    "37 31 0:34 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


def record(root: Path, own: str, mounts: str, **files: str) -> Path:
    """A file system with these cgroups; the name of a file has `__` for each slash below /sys/fs/cgroup."""
    tree = {"proc/self/cgroup": own, "proc/self/mountinfo": OTHER_MOUNTS + mounts}
    tree |= {f"sys/fs/cgroup/{name.replace('__', '/')}": text for name, text in files.items()}
    for name, text in tree.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def v1(folder: str, quota_us: int, period_us: int = 100_000) -> dict[str, str]:
    return {f"{folder}__cpu.cfs_quota_us": f"{quota_us}\n", f"{folder}__cpu.cfs_period_us": f"{period_us}\n"}


@pytest.mark.parametrize(
    ("cpu_max", "cores"),
    [("50000 100000\n", 0.5), ("150000 100000", 1.5), ("20000 10000\n", 2.0), ("max 100000\n", math.inf)],
)
def test_a_container_sees_its_own_cgroup_at_the_top(root: Path, cpu_max: str, cores: float) -> None:
    """Docker and Kubernetes on cgroup v2: the namespace makes the container's cgroup `/`."""
    record(root, "0::/\n", V2_AT_THE_USUAL_PLACE, **{"cpu.max": cpu_max})
    assert cgroup_quota_cores(root) == cores


@pytest.mark.parametrize(("service", "above", "cores"), [("max", "80000", 0.8), ("30000", "80000", 0.3)])
def test_the_tightest_of_all_cgroups_above_wins(root: Path, service: str, above: str, cores: float) -> None:
    """A systemd service in a slice: the root cgroup has no cpu.max at all."""
    files = {"a.slice__cpu.max": f"{above} 100000\n", "a.slice__b.service__cpu.max": f"{service} 100000\n"}
    record(root, "0::/a.slice/b.service\n", V2_AT_THE_USUAL_PLACE, **files)
    assert cgroup_quota_cores(root) == cores


def test_the_cgroups_of_others_do_not_count(root: Path) -> None:
    files = {"a.slice__cpu.max": "max 100000\n", "a.slice__c.service__cpu.max": "10000 100000\n"}
    record(root, "0::/a.slice/b.service\n", V2_AT_THE_USUAL_PLACE, **files)
    assert cgroup_quota_cores(root) == math.inf


def test_a_container_told_its_path_on_the_host_has_its_quota_at_the_top(root: Path) -> None:
    """Docker on cgroup v1 without a namespace: `top` of the mount is the path of the container."""
    mounts = V1_AT_THE_USUAL_PLACE.replace(" / /sys", " /docker/0a1b /sys")
    record(root, "4:cpu,cpuacct:/docker/0a1b\n1:name=systemd:/docker/0a1b\n", mounts, **v1("cpu,cpuacct", 25_000))
    assert cgroup_quota_cores(root) == 0.25


def test_a_path_that_cannot_be_seen_falls_back_to_what_can(root: Path) -> None:
    """Old container runtimes show the host's path and mount the container's cgroup without saying so."""
    own = "4:cpu,cpuacct:/kubepods/burstable/pod1/0a1b\n"
    record(root, own, V1_AT_THE_USUAL_PLACE, **v1("cpu,cpuacct", 25_000))
    assert cgroup_quota_cores(root) == 0.25


@pytest.mark.parametrize("own", ["0::/../b.service\n", "0::/../../elsewhere\n"])
def test_a_cgroup_outside_of_the_namespace_leaves_the_top_of_what_is_seen(root: Path, own: str) -> None:
    record(root, own, V2_AT_THE_USUAL_PLACE, **{"cpu.max": "50000 100000\n"})
    assert cgroup_quota_cores(root) == 0.5


def test_a_path_outside_of_the_namespace_leads_to_no_other_cgroup(root: Path) -> None:
    """From the mount point `..` would be a folder that is no cgroup of this process."""
    record(root, "0::/../b\n", V2_AT_THE_USUAL_PLACE, **{"cpu.max": "max 100000\n"})
    (root / "sys/fs/b").mkdir()
    (root / "sys/fs/b/cpu.max").write_text("10000 100000\n", encoding="utf-8")
    assert cgroup_quota_cores(root) == math.inf


def test_a_cgroup_elsewhere_than_what_is_mounted_leaves_the_top_of_what_is_mounted(root: Path) -> None:
    mounts = V2_AT_THE_USUAL_PLACE.replace(" / /sys", " /docker/0a1b /sys")
    record(root, "0::/system.slice/b.service\n", mounts, **{"cpu.max": "50000 100000\n"})
    assert cgroup_quota_cores(root) == 0.5


def test_quotas_of_version_1_are_nested_as_well(root: Path) -> None:
    files = v1("cpu,cpuacct__a", 60_000) | v1("cpu,cpuacct__a__b", -1) | v1("cpu,cpuacct", -1)
    record(root, "4:cpu,cpuacct:/a/b\n", V1_AT_THE_USUAL_PLACE, **files)
    assert cgroup_quota_cores(root) == 0.6


def test_where_both_versions_are_mounted_the_one_with_the_cpu_controller_counts(root: Path) -> None:
    """The hybrid layout of systemd: version 2 has no controller, and so no cpu.max."""
    mounts = V1_AT_THE_USUAL_PLACE + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
    record(root, "4:cpu,cpuacct:/a\n3:cpuset:/x\n0::/a\n", mounts, **v1("cpu,cpuacct__a", 70_000))
    assert cgroup_quota_cores(root) == 0.7


def test_the_hierarchies_are_looked_for_where_they_are_mounted(root: Path) -> None:
    mounts = V2_AT_THE_USUAL_PLACE.replace("/sys/fs/cgroup", r"/sys/fs/cgroup/our\040own")
    record(root, "0::/a\n", mounts, **{"our own__a__cpu.max": "40000 100000\n"})
    assert cgroup_quota_cores(root) == 0.4


@pytest.mark.parametrize("content", ["", "max", "nonsense here\n", "0 100000\n", "50000 0\n", "50000\n"])
def test_what_is_no_quota_limits_nothing(root: Path, content: str) -> None:
    record(root, "0::/\n", V2_AT_THE_USUAL_PLACE, **{"cpu.max": content})
    assert cgroup_quota_cores(root) == math.inf


@pytest.mark.parametrize("mounts", ["", "nonsense\n", "1 2 - \n", "1 2 3 4 5 -\n", " - cgroup2\n"])
def test_a_machine_without_cgroups_has_no_quota(root: Path, mounts: str) -> None:
    assert cgroup_quota_cores(root) == math.inf
    record(root, "nonsense\n", mounts)
    assert cgroup_quota_cores(root) == math.inf


def test_available_is_the_lesser_of_cores_and_quota(root: Path) -> None:
    cores = available_cores(root)
    assert cores == int(cores) >= 1
    record(root, "0::/\n", V2_AT_THE_USUAL_PLACE, **{"cpu.max": "30000 100000\n"})
    assert available_cores(root) == 0.3


def test_a_process_bound_to_one_core_has_one_at_most() -> None:
    """Where the system binds no process to a core (macOS), all of them are there."""
    bound = hasattr(os, "sched_setaffinity")
    bind = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})" if bound else ""
    code = f"{bind}\nfrom load_tests.cpu_allowance import available_cores; print(available_cores())"
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 0 < float(finished.stdout) <= (1 if bound else os.cpu_count() or 1)


@pytest.mark.parametrize(
    ("available", "processes_here", "cores"),
    [(8.0, 1, 1.0), (8.0, 4, 1.0), (2.0, 4, 0.5), (0.5, 1, 0.5), (1.5, 2, 0.75)],
)
def test_a_process_may_use_its_share_and_one_core_at_most(available: float, processes_here: int, cores: float) -> None:
    assert allowed_cores(available, processes_here) == cores
