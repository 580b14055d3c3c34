"""What the service exports, what the document says it does, and what rules, dashboard and scenarios ask for, agree."""

import json
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from load_tests.monitoring import dashboard, rules
from load_tests.ports import free_port
from load_tests.specification import scenario as scenarios
from load_tests.specification.objectives import LatencyObjective
from load_tests.specification.scenario import SCENARIOS, Scenario
from model.insurance_charges import InsuranceChargesModel
from service.counters import BUCKETS_S, ShedReason
from tests.conftest import ROOT, RunningService, ServiceFactory
from tests.service.records import record

STAGED = scenarios.load("staged")
RECORD = record(InsuranceChargesModel)


@pytest.fixture(scope="module")
def service(running_service: ServiceFactory) -> RunningService:
    """Give the service as it is configured, slower than the scenario allows."""
    return running_service(SERVICE_EMULATE_CPU_MS="150")


def predict(service: RunningService) -> None:
    """Ask for a prediction."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{service.url}{STAGED.prediction_path}", json.dumps(RECORD).encode(), headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        assert answer.status == 200


def scrape(service: RunningService) -> str:
    """Return what Prometheus would read."""
    with urllib.request.urlopen(f"{service.url}/metrics", timeout=30) as answer:  # noqa: S310
        return str(answer.read().decode())


def exported_samples(text: str) -> dict[str, set[str]]:
    """Label names by the name of the sample."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def queries(scenario: Scenario) -> list[str]:
    """Every query of the rules and the dashboard."""
    [group] = yaml.safe_load(rules.render(scenario))["groups"]
    panels = json.loads(dashboard.render(scenario))["panels"]
    drawn = [target["expr"] for panel in panels for target in panel["targets"]]
    return [rule["expr"] for rule in group["rules"]] + drawn


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_threshold_of_a_scenario_is_an_edge_of_a_bucket(file: Path) -> None:
    scenario = scenarios.load(str(file))
    demands = [*scenario.slo.demands, *(demand for stage in scenario.stages for demand in stage.slo.demands)]
    thresholds = {one.objective.threshold_s for one in demands if isinstance(one.objective, LatencyObjective)}
    assert thresholds | {scenario.load.timeout} <= set(BUCKETS_S)


def test_rules_and_dashboard_ask_for_series_that_are_exported(service: RunningService) -> None:
    exported = exported_samples(scrape(service))
    asked = 0
    for query in queries(STAGED):
        for name, selector in re.findall(r"\b((?:http|service|process)_[a-z_]+)(?:\{([^}]*)\})?", query):
            asked += 1
            assert name in exported, query
            assert set(re.findall(r'(\w+)(?:=|!~|=~)"', selector)) <= exported[name], query
    assert asked > 30


def test_every_selector_of_a_path_finds_series(service: RunningService) -> None:
    text = scrape(service)
    for query in queries(STAGED):
        for path in re.findall(r'path="([^"]+)"', query):
            assert f'path="{path}"' in text
        for edge in re.findall(r'le="([^"]+)"', query):
            assert f'le="{edge}"' in text


def test_the_document_lists_what_is_exported(service: RunningService) -> None:
    document = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]*)\|", document, re.MULTILINE)
    written = {(name, kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    exported = set()
    for family in text_string_to_metric_families(scrape(service)):
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        name = f"{family.name}_total" if family.type == "counter" else family.name
        exported.add((name, family.type, frozenset(labels)))
    assert written == exported


def test_the_document_explains_every_reason_to_turn_a_request_away() -> None:
    document = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`(\w+)` \(", document)) == set(ShedReason)


def test_the_document_names_the_burn_rates_that_are_alerted_about() -> None:
    document = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\d.]+ times|faster) .*\| (.+) \| (.+) \| (page|ticket) \|", document, re.MULTILINE)
    short = {" min": "m", " h": "h", " days": "d"}
    for unit, letter in short.items():
        rows = [tuple(cell.replace(unit, letter) for cell in row) for row in rows]
    factors = [1.0 if times == "faster" else float(times.split()[0]) for times, *_ in rows]
    assert [(factor, *rest) for factor, (_, *rest) in zip(factors, rows, strict=True)] == [
        (burn.factor, burn.long, burn.short, burn.severity) for burn in rules.BURNS
    ]


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is missing: apt-get install prometheus")
def test_promtool_has_nothing_to_say_about_what_is_exported(service: RunningService) -> None:
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=scrape(service), capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@contextmanager
def prometheus(service: RunningService, folder: Path) -> Iterator[str]:
    """Run Prometheus on the service and the rules of the scenario, all once a second; give its address."""
    (folder / "rules.yaml").write_text(rules.render(STAGED).replace("interval: 30s", "interval: 1s"), encoding="utf-8")
    targets = [{"targets": [f"127.0.0.1:{service.port}"]}]
    config: dict[str, Any] = {
        "global": {"scrape_interval": "1s"},
        "rule_files": ["rules.yaml"],
        "scrape_configs": [{"job_name": "service", "static_configs": targets}],
    }
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    command = ["prometheus", f"--config.file={folder}/prometheus.yaml", f"--storage.tsdb.path={folder}/data"]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen([*command, f"--web.listen-address={address}"], stdout=log, stderr=log)
    try:
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(30)


def firing(url: str) -> set[tuple[str, str]]:
    """Return the alerts that fire now: their slo and window."""
    with urllib.request.urlopen(f"{url}/api/v1/alerts", timeout=30) as answer:  # noqa: S310
        alerts = json.load(answer)["data"]["alerts"]
    return {(one["labels"]["slo"], one["labels"].get("window", "")) for one in alerts if one["state"] == "firing"}


@pytest.mark.skipif(not shutil.which("prometheus"), reason="prometheus is missing: apt-get install prometheus")
def test_prometheus_alerts_about_a_real_service_that_is_too_slow(service: RunningService, tmp_path: Path) -> None:
    """One rule is looked at after the other, so the alerts begin to fire one after the other as well."""
    wanted = {("p99", "1h"), ("p99", "6h"), ("p99", "3d")}
    found: set[tuple[str, str]] = set()
    end_s = time.monotonic() + 180
    with prometheus(service, tmp_path) as url:
        while found != wanted and time.monotonic() < end_s:
            predict(service)
            try:
                found = firing(url)
            except (urllib.error.URLError, ConnectionError):  # it is still starting
                time.sleep(0.1)
    assert found == wanted, (tmp_path / "log.txt").read_text()
