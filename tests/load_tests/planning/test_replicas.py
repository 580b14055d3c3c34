"""How many replicas a rate needs, and how an autoscaler has to be set to leave none of them overloaded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load_tests.planning.replicas import TOLERANCE, UNEVEN, autoscaled_replicas, highest_target, replicas_for
from load_tests.planning.sizes import PodSize, Replica

HEAVY = Replica(kept_rps=15, cpu_s_per_request=0.02)
RATES = st.floats(0.1, 10_000)
REPLICAS = st.builds(Replica, st.floats(0.5, 1000), st.floats(0.0001, 1), st.floats(0, 0.05))


@pytest.mark.parametrize(
    ("rate_rps", "uneven", "replicas"),
    [(0.1, 0.0, 1), (15, 0.0, 1), (15.01, 0.0, 2), (30, 0.0, 2), (30, 0.1, 3), (28, 0.1, 3), (27, 0.1, 2)],
)
def test_each_replica_gets_no_more_than_it_takes(rate_rps: float, uneven: float, replicas: int) -> None:
    assert replicas_for(rate_rps, HEAVY, uneven) == replicas


@given(RATES, REPLICAS)
def test_as_many_as_needed_are_enough_and_one_less_is_not(rate_rps: float, replica: Replica) -> None:
    needed = replicas_for(rate_rps, replica)
    busiest = rate_rps * (1 + UNEVEN)
    assert busiest / needed <= replica.kept_rps * (1 + 1e-6)
    assert needed == 1 or busiest / (needed - 1) > replica.kept_rps


@given(REPLICAS)
def test_at_the_highest_target_the_busiest_replica_is_at_what_it_takes(replica: Replica) -> None:
    size = PodSize(requested_cores=0.25)
    target = highest_target(replica, size)
    mean_rps = (target * size.requested_cores * (1 + TOLERANCE) - replica.idle_cores) / replica.cpu_s_per_request
    assert mean_rps * (1 + UNEVEN) == pytest.approx(replica.kept_rps)


def test_an_autoscaler_aims_at_the_share_of_the_request() -> None:
    """28/s of 20 ms are 0.56 cores, and half of 250m are 0.125: work for five."""
    assert autoscaled_replicas(28, HEAVY, PodSize(0.25, 0.5), 0.5) == 5
    assert autoscaled_replicas(28, HEAVY, PodSize(0.5, 0.5), 0.5) == 3


def test_a_request_below_what_idling_takes_is_refused() -> None:
    with pytest.raises(ValueError, match=r"uses 0\.05 cores, and 50% of its request are 0\.05: request more"):
        autoscaled_replicas(28, Replica(15, 0.02, idle_cores=0.05), PodSize(0.1), 0.5)
