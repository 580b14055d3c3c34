"""Pods as an autoscaler's controller sees them, said in as few words as a test needs."""

from load_tests.planning.sizes import Autoscaling, PodSize
from load_tests.planning.utilisation import Look, SeenPod, Usage

NOW_S = 10_000.0
LONG_AGO_S = 0.0
SIZE = PodSize(requested_cores=0.1, limit_cores=0.5)
"""A utilisation of 1 % is a millicore."""
HALF = Autoscaling(least=1, most=1000, target=0.5)


def using(percent: float, window_s: float = 15.0) -> SeenPod:
    """A pod that was ready for long, and uses that much of its request."""
    return SeenPod(LONG_AGO_S, True, LONG_AGO_S, Usage(percent / 1000, NOW_S, window_s))


def look(*pods: SeenPod, current: int | None = None) -> Look:
    """What the controller finds now."""
    return Look(NOW_S, pods, len(pods) if current is None else current)


MISSING = SeenPod(NOW_S - 20, True, NOW_S - 15)
"""It is ready, but the metrics API does not know it yet."""
PENDING = SeenPod(NOW_S - 1, False, NOW_S - 1, pending=True)
STARTING = SeenPod(NOW_S - 20, False, NOW_S - 20, Usage(0.2, NOW_S, 15.0))
"""It is measured, but not ready yet."""
