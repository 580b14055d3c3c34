"""The Locust shape of a scenario: how many users of which kind there are, from second to second."""

from collections.abc import Callable
from typing import ClassVar, Protocol

from locust import LoadTestShape
from locust.user import User

from load_tests.generator.users import ClosedUser, OpenArrivals
from load_tests.specification.timeline import Window

SPAWN_RATE = 100.0
"""Users a second that Locust starts without a warning."""
LONGEST_RAMP_S = 0.5
"""All users of a stage come in this time; their first requests are spread over an interval each."""


class ShapedRun(Protocol):
    """What the shape follows."""

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""

    @property
    def stage(self) -> Window:
        """What is run now."""

    @property
    def processes(self) -> int:
        """How many processes offer load."""


class ScenarioShape(LoadTestShape):
    """Follows the run under way, and ends when its last answer is in."""

    run_under_way: ClassVar[Callable[[], ShapedRun | None]]
    """The run under way, begun if there is none; None if it cannot be. Set before the first test starts."""

    def tick(self) -> tuple[int, float, list[type[User]]] | None:
        """Say how many users there should be now; None ends the test."""
        run = type(self).run_under_way()
        if run is None or run.over:
            return None
        if users := run.stage.users:
            return (users, max(SPAWN_RATE, users / LONGEST_RAMP_S), [ClosedUser])
        return (run.processes, SPAWN_RATE, [OpenArrivals])
