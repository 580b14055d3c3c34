"""What a CPU limit does to single predictions on an idle pod: `python -m benchmarks.cpu_limits LIMIT [--host URL]`.

Deploy one pod or container with that limit first, and with `SERVICE_EMULATE_CPU_MS` so that a prediction costs more
than the limit gives in a period of 100 ms. The 40 requests are sent one at a time with pauses, so no queue is in what
is measured. Writes the part `at_LIMIT` of `benchmarks/results/cpu_limits.json`.
"""

import argparse
import http.client
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from benchmarks.golden import golden
from benchmarks.result_file import RESULTS, write_part
from model.insurance_charges import InsuranceChargesModel

RESULT_FILE = RESULTS / "cpu_limits.json"
REQUESTS = 40
PAUSE_S = 0.37
"""No multiple of a period of 100 ms, so that requests begin everywhere in one."""
THRESHOLD_MS = 100
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Alone:
    """Requests that had a pod to themselves."""

    emulate_cpu_ms: float
    requests: int
    longer_than_100_ms: int
    slowest_ms: int
    all_ms: tuple[int, ...]
    """From the quickest to the slowest."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure under one limit, and keep it beside the others."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cpu_limits",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("limit", type=_millicores, help="CPU limit of what is deployed: 200m")
    parser.add_argument("--host", default="http://127.0.0.1:8000", help="its base URL; make deploy prints it")
    options = parser.parse_args(arguments)
    try:
        alone = measure(options.host)
    except (OSError, http.client.HTTPException, ValueError) as error:
        sys.stderr.write(f"{options.host}: {error}: is the service deployed there? make deploy prints its URL\n")
        return 2
    print(f"at {options.limit}: {alone.longer_than_100_ms} of {alone.requests} took longer than {THRESHOLD_MS} ms")
    write_part(RESULT_FILE, f"at_{options.limit}", asdict(alone))
    return 0


def measure(host: str) -> Alone:
    """Ask a service for predictions, one at a time; ValueError if an answer is wrong."""
    connection = http.client.HTTPConnection(urlsplit(host).netloc, timeout=PATIENCE_S)
    path = f"/api/models/{InsuranceChargesModel.qualified_name}"
    emulate_cpu_ms = float(json.loads(_asked(connection, "GET", f"{path}/metadata"))["emulate_cpu_ms"])
    all_ms = tuple(sorted(round(1000 * latency_s) for latency_s in _latencies_s(connection, f"{path}/prediction")))
    slow = sum(latency_ms > THRESHOLD_MS for latency_ms in all_ms)
    return Alone(emulate_cpu_ms, len(all_ms), slow, all_ms[-1], all_ms)


def _latencies_s(connection: http.client.HTTPConnection, path: str) -> Iterator[float]:
    examples = golden(InsuranceChargesModel)
    for number in range(REQUESTS):
        example = examples[number % len(examples)]
        time.sleep(PAUSE_S)
        began_s = time.perf_counter()
        answer = json.loads(_asked(connection, "POST", path, json.dumps(example.request)))
        yield time.perf_counter() - began_s
        if answer != example.response:
            raise ValueError(f"answered {answer} where {example.response} is right")


def _asked(connection: http.client.HTTPConnection, method: str, path: str, body: str | None = None) -> bytes:
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != http.client.OK:
        raise ValueError(f"{method} {path} was answered {answer.status}")
    return content


def _millicores(value: str) -> str:
    if not re.fullmatch(r"[1-9]\d*m", value):
        raise argparse.ArgumentTypeError(f"{value!r} is no limit in millicores, such as 200m")
    return value


if __name__ == "__main__":
    sys.exit(main())
