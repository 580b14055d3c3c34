"""The mistake: judging by what Locust has counted, which are the requests that ended and the best second of all."""

import json
import sys
from typing import Any

from locust import HttpUser, constant_throughput, events, task
from locust.env import Environment

P99_MS = 1000
FAIL_RATIO = 0.01
OFFERED_RPS = 100
DEMANDED_RPS = 80


class Five(HttpUser):
    """One of five who offer 100 requests a second together."""

    wait_time = constant_throughput(OFFERED_RPS / 5)

    @task
    def predict(self) -> None:
        """Ask for a prediction, and wait for ever if it does not come."""
        self.client.post(
            "/api/models/insurance_charges_model/prediction",
            json={"age": 30, "sex": "male", "bmi": 25.0, "children": 1, "smoker": False, "region": "southwest"},
        )


@events.quitting.add_listener
def judge(environment: Environment, **_: Any) -> None:
    """Three checks: slow answers, failures, throughput."""
    total = environment.stats.total
    seen = {
        "requests": total.num_requests,
        "p99_ms": total.get_response_time_percentile(0.99),
        "fail_ratio": total.fail_ratio,
        "best_second": max(total.num_reqs_per_sec.values(), default=0),
    }
    sys.stdout.write(json.dumps(seen) + "\n")
    passed = seen["p99_ms"] <= P99_MS and seen["fail_ratio"] <= FAIL_RATIO and seen["best_second"] >= DEMANDED_RPS
    environment.process_exit_code = 0 if passed else 1
