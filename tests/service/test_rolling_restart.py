"""Replacing services under load loses no request; see `benchmarks/rolling_restart.py` for twenty times."""

import asyncio

import pytest

from benchmarks.rolling_restart import measure

pytestmark = pytest.mark.alone
LAG_S = 0.5


def test_no_request_is_lost_while_services_are_replaced() -> None:
    drained = asyncio.run(measure(3, drain_s=1.5, lag_s=LAG_S))
    assert drained.requests_kept_alive > 300
    assert drained.requests_new_connection > 300
    assert drained.failed == 0


def test_without_a_drain_requests_are_lost() -> None:
    assert asyncio.run(measure(2, drain_s=0.0, lag_s=LAG_S)).failed > 0
