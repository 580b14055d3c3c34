"""Prometheus's own checker, and traffic made up for it, minute by minute."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from load_tests.specification.scenario import Scenario

needs_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is missing: apt-get install prometheus"
)
REQUESTS_A_MINUTE = 1000


@dataclass(frozen=True)
class Phase:
    """Some minutes in which a part of the requests is slow and another answered with a status of its own."""

    minutes: int
    slow: float = 0.0
    refused: float = 0.0
    status: int = 500


def run_promtool(*arguments: str) -> str:
    """Run promtool; what it said, or a failed assertion."""
    ended = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def series_of(scenario: Scenario, phases: Sequence[Phase], fast_edge: str = "0.1") -> list[dict[str, str]]:
    """Return the counters that a service would show of such traffic, once a minute."""
    labels = f',path="{scenario.prediction_path}",method="POST"}}'
    series = []
    for status in sorted({200, *(phase.status for phase in phases if phase.refused)}):
        answered = [(_share(phase, status), phase) for phase in phases]
        if not any(share for share, _ in answered):
            continue  # nobody counts what never happened
        everything = _values([(share, phase.minutes) for share, phase in answered])
        fast = _values([(share * (1 - phase.slow * (status == 200)), phase.minutes) for share, phase in answered])
        name = f'http_request_duration_seconds_%s{{status="{status}"'
        series += [
            {"series": name % "count" + labels, "values": everything},
            {"series": name % "bucket" + ',le="+Inf"' + labels, "values": everything},
            {"series": name % "bucket" + f',le="{fast_edge}"' + labels, "values": fast},
        ]
    return series


def _share(phase: Phase, status: int) -> float:
    """Part of the requests of a phase that is answered with a status."""
    if status == 200:
        return 1 - phase.refused
    return phase.refused if status == phase.status else 0.0


def _values(steps: list[tuple[float, int]]) -> str:
    """Return a counter in promtool's notation: start, growth a minute, how many minutes."""
    written, total = [], 0.0
    for share, minutes in steps:
        step = share * REQUESTS_A_MINUTE
        written.append(f"{total:g}+{step:g}x{minutes - 1}")
        total += step * minutes
    return " ".join(written)


def check_alerts(
    folder: Path, rules: str, series: list[dict[str, str]], at: str, expected: set[tuple[str, ...]]
) -> None:
    """Let promtool compare the alerts that fire at a moment with (alert name, slo, window)."""
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    samples: list[dict[str, Any]] = [
        {"labels": _labels(alert, slo, *window), "value": 1} for alert, slo, *window in sorted(expected)
    ]
    query = 'count by (alertname, slo, window) (ALERTS{alertstate="firing"})'
    test = {
        "interval": "1m",
        "input_series": series,
        "promql_expr_test": [{"expr": query, "eval_time": at, "exp_samples": samples}],
    }
    tests = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]}
    (folder / "test.yaml").write_text(yaml.safe_dump(tests, width=10_000), encoding="utf-8")
    run_promtool("test", "rules", str(folder / "test.yaml"))


def _labels(alert: str, slo: str, window: str = "") -> str:
    return f'{{alertname="{alert}",slo="{slo}"' + (f',window="{window}"}}' if window else "}")
