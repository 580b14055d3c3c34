"""The Locust shape of a scenario: how many users of which kind there are, from second to second."""

from collections.abc import Callable
from typing import ClassVar

from locust import LoadTestShape
from locust.user import User

from load_tests.run import LoadRun
from load_tests.users import ClosedUser, OpenArrivals

SPAWN_RATE = 100.0
"""Users a second that Locust starts without a warning."""
LONGEST_RAMP_S = 0.5
"""All users of a stage come in this time; their first requests are spread over an interval each."""


class ScenarioShape(LoadTestShape):
    """Follows the timeline of the run under way, and ends when its last answer is in."""

    begin_run: ClassVar[Callable[[], LoadRun | None]]
    """Begins a run; None if it cannot be begun. Set before the first test starts."""

    def __init__(self) -> None:
        super().__init__()
        self._run: LoadRun | None = None

    def reset_time(self) -> None:
        """Forget the last run: Locust calls this when a test starts."""
        super().reset_time()
        self._run = None

    def tick(self) -> tuple[int, float, list[type[User]]] | None:
        """Say how many users there should be now; None ends the test."""
        run = self._run = self._run or type(self).begin_run()
        if run is None or run.over:
            return None
        if not run.scenario.load.arrivals.wait_for_answers:
            return (1, SPAWN_RATE, [OpenArrivals])
        users = run.timeline.at(run.now_s()).users
        return (users, max(SPAWN_RATE, users / LONGEST_RAMP_S), [ClosedUser])
