"""What a prediction costs is the sum of what is done for it, and nothing is counted twice."""

from itertools import count

import pytest

from model.cost import Cost, measure_cost
from model.insurance_charges import InsuranceChargesModel


def test_each_step_takes_what_passes_between_two_looks_at_the_clock() -> None:
    """A clock that is one microsecond later at every look: encoding once more is no part of the whole."""
    ticks = count(step=1000)
    cost = measure_cost(InsuranceChargesModel(), 100, clock_ns=lambda: next(ticks))
    assert [step.median_us for step in cost.steps] == [1.0, 1.0, 0.0, 1.0]
    assert set(cost.whole_us) == {3.0}
    assert (len(cost.whole_us), cost.median_us) == (100, 3.0)


@pytest.mark.parametrize(("limit_s", "slower"), [(0.0009, 2), (0.001, 1), (0.002, 0)])
def test_only_what_takes_longer_is_slower(limit_s: float, slower: int) -> None:
    assert Cost(steps=(), whole_us=(1000.0, 2000.0, 10.0)).slower_than(limit_s) == slower
