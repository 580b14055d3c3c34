"""What a CPU limit does to one request, on a pod that has nothing else to do: more replicas do not help against it.

Linux enforces a limit of L cores as a quota: in each period of 100 ms a container may run for L × 100 ms, and stands
still for the rest of it ("CFS Bandwidth Control", Documentation/scheduler/sched-bwc.rst of the kernel). A request is
computed by one thread, so one core is as good as no limit.
"""

import math

PERIOD_S = 0.1
ROUNDING = 1e-9


def slowest_s(cpu_s: float, limit_cores: float) -> float:
    """How long a request of `cpu_s` seconds of CPU may take by the clock, if nothing else runs beside it.

    It runs for one quota a period, and waits between them. That is the longest it can be: one that begins shortly
    before a period ends waits less.
    """
    quota_s = min(1.0, limit_cores) * PERIOD_S
    stops = max(0, math.ceil(cpu_s / quota_s - ROUNDING) - 1)
    return cpu_s + stops * (PERIOD_S - quota_s)


def least_limit_cores(cpu_s: float) -> float:
    """The lowest limit that never stops such a request when it is alone, in cores."""
    return min(1.0, cpu_s / PERIOD_S)


def is_out_of_reach(cpu_s: float, limit_cores: float, threshold_s: float) -> bool:
    """Whether requests are stopped by the limit so that they miss a threshold, with any number of replicas."""
    return slowest_s(cpu_s, limit_cores) > threshold_s
