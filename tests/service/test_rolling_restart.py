"""Replacing services under load loses no request; see `benchmarks/rolling_restart.py` for twenty times."""

import asyncio

import pytest

from benchmarks.rolling_restart import measure
from tests.stalls import again_if_disturbed

pytestmark = pytest.mark.alone
DRAIN_S, LAG_S = 1.5, 0.5


@again_if_disturbed
def test_no_request_is_lost_while_services_are_replaced() -> None:
    drained = asyncio.run(measure(2, DRAIN_S, LAG_S))
    assert drained.requests_kept_alive > 300
    assert drained.requests_new_connection > 300
    assert drained.failed == 0


@again_if_disturbed
def test_without_a_drain_requests_are_lost() -> None:
    assert asyncio.run(measure(1, 0.0, LAG_S)).failed > 0
