"""The mistake: a constant throughput for each user, which has all of them ask at the same moment for ever."""

import random

import gevent
from locust import HttpUser, constant_throughput, task


class Punctual(HttpUser):
    """Asks once a second."""

    wait_time = constant_throughput(1)

    @task
    def ask(self) -> None:
        """Ask."""
        self.client.post("/", data="{}")


class Late(Punctual):
    """Comes up to a second later than the others, which Locust takes off the first wait."""

    def on_start(self) -> None:
        """Sleep first."""
        gevent.sleep(random.random())
