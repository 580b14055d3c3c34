"""A Grafana dashboard of a scenario: its objectives beside what the service says of itself."""

import json
from dataclasses import dataclass
from typing import Any

from load_tests.monitoring.indicators import DURATIONS, Indicator, indicators, requests_of
from load_tests.monitoring.rules import BURNS, recorded
from load_tests.specification.scenario import Scenario

SOURCE = {"type": "prometheus", "uid": "${source}"}
WIDTH, HEIGHT = 12, 8
OURS = "and on (job, instance) service_build_info"
"""Keeps other processes that Prometheus watches out of the picture."""


@dataclass(frozen=True)
class Query:
    """What is drawn, and how each of its series is named."""

    promql: str
    legend: str


@dataclass(frozen=True)
class Panel:
    """One picture: with a unit of Grafana's, and dashed lines at limits."""

    title: str
    unit: str
    queries: tuple[Query, ...]
    limits: tuple[float, ...] = ()
    kind: str = "timeseries"


def render(scenario: Scenario) -> str:
    """The dashboard as Grafana imports it."""
    panels = [_draw(number, panel) for number, panel in enumerate(panels_of(scenario))]
    source = {"name": "source", "type": "datasource", "query": "prometheus", "label": "Prometheus"}
    dashboard = {
        "title": f"{scenario.model}: {scenario.name}",
        "uid": f"loadproof-{scenario.name}"[:40],
        "description": f"Made from the scenario {scenario.name!r}: python -m load_tests.monitoring {scenario.name}",
        "tags": ["loadproof"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [source]},
        "panels": panels,
    }
    return json.dumps(dashboard, indent=1, ensure_ascii=False) + "\n"


def panels_of(scenario: Scenario) -> tuple[Panel, ...]:
    """What the dashboard shows, from left to right and top to bottom."""
    return (*_of_objectives(scenario, indicators(scenario)), *_of_the_service(scenario))


def _of_objectives(scenario: Scenario, watched: tuple[Indicator, ...]) -> tuple[Panel, ...]:
    requests = requests_of(scenario)
    burning = tuple(
        Query(f"{recorded(scenario, one, '1h')} / {one.allowed:g}", one.title) for one in watched if one.allowed
    )
    seen = tuple(
        Query(_quantile(percentile, requests), f"p{percentile:g}")
        for percentile in sorted({50.0, *(100 - one.allowed * 100 for one in watched if one.threshold_s)})
    )
    thresholds = tuple(sorted({one.threshold_s for one in watched if one.threshold_s}))
    by_status = f"sum by (status) (rate({DURATIONS}_count{{{requests}}}[$__rate_interval]))"
    return (
        Panel("Budget burnt in the last hour, in times what is allowed", "x", burning, (1, *_factors())),
        Panel("Latency in the service", "s", seen, thresholds),
        Panel("Requests by status", "reqps", (Query(by_status, "{{status}}"),)),
    )


def _of_the_service(scenario: Scenario) -> tuple[Panel, ...]:
    rate = "[$__rate_interval]"
    model = f'{{model="{scenario.model}"}}'
    calls = f"sum(rate(service_model_seconds_sum{model}{rate})) / sum(rate(service_model_seconds_count{model}{rate}))"
    cpu = f"rate(process_cpu_seconds_total{rate}) {OURS}"
    return (
        Panel(
            "Turned away", "reqps", (Query(f"sum by (reason) (rate(http_requests_shed_total{rate}))", "{{reason}}"),)
        ),
        Panel("In flight", "short", (Query("http_requests_in_flight", "{{instance}}"),)),
        Panel("Time in the model, by call", "s", (Query(calls, scenario.model),)),
        Panel("CPU, in cores", "short", (Query(cpu, "{{instance}}"),)),
        Panel("Memory", "bytes", (Query(f"process_resident_memory_bytes {OURS}", "{{instance}}"),)),
        Panel(
            "CPU time burnt on purpose, by record", "s", (Query("max(service_emulated_cpu_seconds)", ""),), (), "stat"
        ),
        Panel(
            "Replicas by version",
            "short",
            (
                Query("count by (version) (service_build_info)", "service {{version}}"),
                Query(f"count by (version) (service_model_info{model})", "model {{version}}"),
            ),
        ),
    )


def _factors() -> tuple[float, ...]:
    return tuple(sorted(burn.factor for burn in BURNS if burn.factor > 1))


def _quantile(percentile: float, requests: str) -> str:
    buckets = f"sum by (le) (rate({DURATIONS}_bucket{{{requests}}}[$__rate_interval]))"
    return f"histogram_quantile({percentile / 100:g}, {buckets})"


def _draw(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, 2)
    steps = [{"color": "green", "value": None}, *({"color": "red", "value": limit} for limit in panel.limits)]
    custom = {"thresholdsStyle": {"mode": "dashed" if panel.limits else "off"}}
    return {
        "id": number + 1,
        "title": panel.title,
        "type": panel.kind,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "min": 0,
                "custom": custom,
                "thresholds": {"mode": "absolute", "steps": steps},
            },
            "overrides": [],
        },
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": SOURCE, "expr": query.promql, "legendFormat": query.legend}
            for place, query in enumerate(panel.queries)
        ],
    }
