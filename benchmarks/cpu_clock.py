"""CPU time of other processes, finer than the ticks of 10 ms in which most tools read it."""

import sys
import time
from pathlib import Path

import psutil

SCHEDULER_CLOCK = 2
"""`CPUCLOCK_SCHED` of Linux: nanoseconds as the scheduler counts them, for all threads of a process, ended ones too."""


def process_cpu_s(pid: int) -> float:
    """Return the CPU time that a process has used so far; elsewhere than on Linux, in ticks."""
    if sys.platform != "linux":
        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system)
    return time.clock_gettime(~pid << 3 | SCHEDULER_CLOCK)  # as clock_getcpuclockid(3) makes it


def main_thread_cpu_s(pid: int) -> float:
    """Return the CPU time that the first thread of a process has used so far (Linux only)."""
    used_ns, _waited_ns, _slices = Path(f"/proc/{pid}/task/{pid}/schedstat").read_text(encoding="ascii").split()
    return int(used_ns) / 1e9
