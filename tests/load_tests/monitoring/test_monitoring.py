"""What a scenario demands becomes rules and a dashboard; what cannot be watched is refused or left out."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from load_tests.monitoring import __main__ as command
from load_tests.monitoring import dashboard, rules
from load_tests.monitoring.indicators import indicators
from load_tests.specification import scenario as scenarios
from load_tests.specification.errors import ScenarioError
from load_tests.specification.scenario import SCENARIOS
from tests.conftest import ROOT
from tests.load_tests.builders import make_scenario

STAGED = scenarios.load("staged")


def watched(**slo: str) -> dict[str, float]:
    """What is watched of an slo, and what share of requests it allows to be bad."""
    return {one.slo: one.allowed for one in indicators(make_scenario(slo=slo))}


def alerts(**slo: str) -> list[dict[str, Any]]:
    """Alerts made for an slo."""
    [group] = yaml.safe_load(rules.render(make_scenario(slo=slo)))["groups"]
    return [rule for rule in group["rules"] if "alert" in rule]


@pytest.mark.parametrize("file", ["staged.rules.yaml", "staged.dashboard.json"])
def test_what_is_committed_is_what_is_made(tmp_path: Path, file: str) -> None:
    assert command.main(["staged", "--folder", str(tmp_path)]) == 0
    assert (ROOT / "monitoring" / file).read_text("utf-8") == (tmp_path / file).read_text("utf-8"), "make documents"


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_scenario_can_be_watched(file: Path) -> None:
    scenario = scenarios.load(str(file))
    assert "SloBudgetBurn" in rules.render(scenario)
    assert scenario.prediction_path in dashboard.render(scenario)


def test_every_percentile_is_watched_and_of_the_others_the_strictest() -> None:
    assert watched(p99="100ms", p50="20ms", errors="0.1%", throughput="99%") == {
        "p99": 0.01,
        "p50": 0.5,
        "errors": 0.001,
    }
    assert watched(errors="1%", throughput="99.9%") == {"throughput": 0.001}
    assert watched(errors="none", throughput="99.9%") == {"errors": 0.0}


def test_an_objective_on_how_much_is_asked_is_not_the_services_to_meet() -> None:
    assert watched(p99="100ms", throughput="5/s") == {"p99": 0.01}


def test_objectives_of_a_stage_are_not_those_of_every_day() -> None:
    assert [one.threshold_s for one in indicators(STAGED)] == [0.1, None]


def test_a_scenario_without_anything_to_watch_is_refused() -> None:
    with pytest.raises(ScenarioError, match="nothing under the top level `slo` can be watched"):
        watched(throughput="5/s")


def test_a_burn_rate_that_no_traffic_can_reach_is_left_out() -> None:
    assert [alert["labels"].get("window") for alert in alerts(p99="100ms")] == ["1h", "6h", "3d", None]
    assert [alert["labels"].get("window") for alert in alerts(p90="100ms")] == ["6h", "3d", None]
    assert [alert["labels"].get("window") for alert in alerts(p50="100ms")] == ["3d", None]


def test_where_no_error_may_be_seen_only_the_shortest_windows_are_watched() -> None:
    assert [alert["labels"].get("window") for alert in alerts(errors="none")] == ["1h", None]


def test_thresholds_are_written_as_prometheus_clients_write_edges() -> None:
    edges = re.findall(r'le="([^"]+)"', rules.render(make_scenario(slo={"p99": "1s", "p90": "250ms"})))
    assert set(edges) == {"1.0", "0.25"}


def test_the_dashboard_shows_each_objective_with_its_threshold() -> None:
    panels = json.loads(dashboard.render(STAGED))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    legends = {target["legendFormat"] for panel in panels for target in panel["targets"]}
    assert {"p99 ≤ 100 ms", "errors ≤ 0.1 %", "p99", "p50"} <= legends
    limits = [step["value"] for panel in panels for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
    assert {0.1, 1, 6, 14.4} <= set(limits)


def test_no_two_panels_cover_each_other() -> None:
    places = [panel["gridPos"] for panel in json.loads(dashboard.render(STAGED))["panels"]]
    assert len({(place["x"], place["y"]) for place in places}) == len(places)
    assert all(place["x"] + place["w"] <= 24 for place in places)


def test_the_command_names_what_is_wrong_and_ends_with_code_2(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "load_tests.monitoring", "stagd", "--folder", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "no scenario 'stagd'" in ended.stderr
    assert list(tmp_path.iterdir()) == []
