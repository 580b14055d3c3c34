"""How many replicas a rate needs, from what one replica was measured to take.

A request goes to one of n replicas by chance, so each is offered a Poisson process of its own, of an n-th of the rate
(the thinning of a Poisson process), and is as slow as one replica alone is at that rate. So n replicas take n times
what one takes, less what the balancer deals unevenly.
"""

import math

from load_tests.planning.sizes import PodSize, Replica

UNEVEN = 0.1
"""How much more than its fair share the busiest replica may get, while connections are renewed every few seconds."""
TOLERANCE = 0.1
"""An autoscaler leaves a utilisation alone that is this close to its target, as a share of it."""
ROUNDING = 1e-9


def replicas_for(rate_rps: float, replica: Replica, uneven: float = UNEVEN) -> int:
    """How many replicas keep the objectives at a rate, if all of them are there: at least one."""
    return max(1, math.ceil(rate_rps * (1 + uneven) / replica.kept_rps - ROUNDING))


def highest_target(replica: Replica, size: PodSize, uneven: float = UNEVEN) -> float:
    """The highest utilisation, as a share of the request, at which an autoscaler still leaves no replica overloaded.

    In steady state a pod uses up to `TOLERANCE` more than the target, and the busiest one `uneven` more than the mean.
    """
    rate_rps = replica.kept_rps / (1 + uneven)
    return replica.used_cores(rate_rps) / size.requested_cores / (1 + TOLERANCE)


def autoscaled_replicas(rate_rps: float, replica: Replica, size: PodSize, target: float) -> int:
    """How many replicas an autoscaler arrives at: those among which the CPU that a rate costs is at its target.

    desired = ceil(current × utilisation / target), with the utilisation of the replicas there are: solved for the
    number at which it stays. What each uses idly it uses as often as there are replicas.
    """
    each_cores = target * size.requested_cores - replica.idle_cores
    if each_cores <= 0:
        raise ValueError(
            f"a replica without any request uses {replica.idle_cores:.3g} cores, and {target:.0%} of its request are "
            f"{target * size.requested_cores:.3g}: request more, or aim at more"
        )
    return max(1, math.ceil(rate_rps * replica.cpu_s_per_request / each_cores - ROUNDING))
