"""The mistake: counting at `test_stop`, and ending with whatever SIGTERM leaves of a run that has a shape."""

import sys
from typing import Any

from locust import FastHttpUser, LoadTestShape, constant_throughput, events, task
from locust.env import Environment
from locust.runners import WorkerRunner


class Asking(FastHttpUser):
    """Asks 25 times a second."""

    wait_time = constant_throughput(25)

    @task
    def ask(self) -> None:
        """Ask."""
        self.client.post("/", data="{}")


class TenUsers(LoadTestShape):
    """Ten users for ten seconds."""

    def tick(self) -> tuple[int, float] | None:
        """Say how many users there are now."""
        return (10, 10.0) if self.get_run_time() < 10 else None


@events.test_stop.add_listener
def count_at_test_stop(environment: Environment, **_: Any) -> None:
    """Say how many requests are known at `test_stop`."""
    say("test_stop", environment)


@events.quitting.add_listener
def count_at_quitting(environment: Environment, **_: Any) -> None:
    """Say how many requests are known at `quitting`."""
    say("quitting", environment)


def say(event: str, environment: Environment) -> None:
    """One line, by whoever judges."""
    if not isinstance(environment.runner, WorkerRunner):
        sys.stdout.write(f"{event} {environment.stats.total.num_requests}\n")
        sys.stdout.flush()
