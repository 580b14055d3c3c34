"""What the service under load says of itself, asked once before a run and never required."""

import json
import urllib.request

from load_tests.report.run_report import ServiceReport

PATIENCE_S = 2.0


def describe_service(host: str, model: str) -> ServiceReport:
    """Version of the model, and the CPU time it burns on purpose; empty if the service does not tell."""
    try:
        with urllib.request.urlopen(f"{host}/api/models/{model}/metadata", timeout=PATIENCE_S) as answer:  # noqa: S310
            metadata = json.load(answer)
        return ServiceReport(
            version=str(metadata.get("version", "")), emulated_cpu_ms=float(metadata.get("emulate_cpu_ms", 0.0))
        )
    except (OSError, ValueError, AttributeError):
        return ServiceReport()
