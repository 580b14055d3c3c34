"""The mistake: percentiles from Locust's statistics; prints the p99 that they make of cases that leave no doubt."""

import json
import sys

from locust.stats import RequestStats


def p99_ms(*response_times_ms: int, refused: int = 0) -> int:
    """Of answers that took so long, and of so many that were refused within a millisecond."""
    statistics = RequestStats()
    for response_time_ms in response_times_ms:
        statistics.log_request("POST", "/", response_time_ms, 0)
    for _ in range(refused):
        statistics.log_request("POST", "/", 1, 0)
        statistics.log_error("POST", "/", "503")
    return statistics.total.get_response_time_percentile(0.99)


if __name__ == "__main__":
    few_slow = (*[10] * 92, *[1000] * 8)
    seen = {
        "all took 105 ms": p99_ms(*[105] * 1000),
        "nothing was asked": p99_ms(),
        "8 of 100 were slow": p99_ms(*few_slow),
        "8 of 100 were slow, and 900 refused": p99_ms(*few_slow, refused=900),
    }
    sys.stdout.write(json.dumps(seen))
