"""The facts that a report names beside what was measured: which service was put under load, by which command."""

import argparse
import http.client
import json
import platform
import shlex
import urllib.request
from datetime import datetime
from importlib.metadata import version

import gevent

from load_tests.report.run_report import RunFacts, ServiceReport
from load_tests.running.preflight import without_password
from load_tests.specification.scenario import Scenario

_RUN = "python -m load_tests run"
PATIENCE_S = 5.0
LONGEST_DESCRIPTION_S = 6.0
"""Of a service that keeps that patience with each byte it sends."""
LONGEST_BYTES = 1 << 20


def facts_of(scenario: Scenario, host: str, options: argparse.Namespace, started_at: datetime) -> RunFacts:
    """The facts of a run on the service at `host`, with Locust's options; asks the service, and never requires it."""
    shown_host = without_password(host)
    service = ServiceReport()
    with gevent.Timeout(LONGEST_DESCRIPTION_S, False):  # type: ignore[arg-type]
        service = _description(host, scenario.model)
    processes = f" --processes {options.processes}" if options.processes else ""
    if options.master and not options.processes:
        processes = f" --workers {options.expect_workers}"
    return RunFacts(
        target=shown_host + scenario.prediction_path,
        started_at=started_at,
        command=options.again or f"{_RUN} {shlex.quote(options.scenario)} --host {shlex.quote(shown_host)}{processes}",
        service=service,
        versions={"python": platform.python_version(), "locust": version("locust")},
    )


def _description(host: str, model: str) -> ServiceReport:
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
