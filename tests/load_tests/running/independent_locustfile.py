"""A load test as somebody wrote it who knows only the endpoint: nothing of this repository is imported."""

from faker import Faker
from locust import HttpUser, constant_throughput, task

fake = Faker()


class InsuranceUser(HttpUser):
    """Asks for one prediction a second."""

    wait_time = constant_throughput(1)

    @task
    def predict(self) -> None:
        """Post one record with every field in its range."""
        self.client.post(
            "/api/models/insurance_charges_model/prediction",
            json={
                "age": fake.random_int(min=18, max=65),
                "sex": fake.random_element(elements=("male", "female")),
                "bmi": fake.random_int(min=15000, max=50000) / 1000.0,
                "children": fake.random_int(min=0, max=5),
                "smoker": fake.boolean(),
                "region": fake.random_element(elements=("southwest", "southeast", "northwest", "northeast")),
            },
        )
