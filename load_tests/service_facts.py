"""What the service under load says of itself, asked once before a run and never required."""

import http.client
import json
import urllib.request

from load_tests.report.run_report import ServiceReport

PATIENCE_S = 2.0
LONGEST_BYTES = 1 << 20


def describe_service(host: str, model: str) -> ServiceReport:
    """Version of the model, and the CPU time it burns on purpose; empty if the service does not tell."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{host}/api/models/{model}/metadata", timeout=PATIENCE_S) as answer:
            metadata = json.loads(answer.read(LONGEST_BYTES))
        return ServiceReport(
            version=str(metadata.get("version", "")), emulated_cpu_ms=float(metadata.get("emulate_cpu_ms", 0.0))
        )
    except (OSError, http.client.HTTPException, ValueError, TypeError, AttributeError, RecursionError):
        return ServiceReport()
