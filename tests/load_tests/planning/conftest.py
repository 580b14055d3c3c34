"""What tests of planning are put on."""

from collections.abc import Callable, Iterator

import pytest

from tests.load_tests.planning.paced_service import Pace, PacedService

StartPaced = Callable[[Pace], PacedService]


@pytest.fixture
def paced() -> Iterator[StartPaced]:
    """Start services of a known pace; closed after the test."""
    started: list[PacedService] = []

    def start(pace: Pace) -> PacedService:
        started.append(PacedService(pace))
        return started[-1]

    yield start
    for service in started:
        service.close()
