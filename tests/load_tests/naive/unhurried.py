"""The mistake: ending the test while requests are under way, and not asking how the generator itself fared."""

from locust import HttpUser, task


class Waiting(HttpUser):
    """Asks again as soon as there is an answer."""

    @task
    def ask(self) -> None:
        """Ask."""
        self.client.post("/", data="{}")
