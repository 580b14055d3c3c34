"""Alerts fire when the budget burns and are silent otherwise: promtool runs the rules over days in a second."""

import json
from pathlib import Path

import pytest
import yaml

from load_tests.monitoring import dashboard, rules
from load_tests.specification import scenario as scenarios
from load_tests.specification.scenario import SCENARIOS
from tests.load_tests.builders import make_scenario
from tests.load_tests.promtool import Phase, check_alerts, needs_promtool, run_promtool, series_of

pytestmark = needs_promtool
STAGED = scenarios.load("staged")
HEALTHY = Phase(420)


def burns(*found: str) -> set[tuple[str, ...]]:
    """``p99:1h`` as an alert."""
    return {("SloBudgetBurn", *one.split(":")) for one in found}


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.yaml")), ids=lambda file: file.stem)
def test_promtool_takes_the_rules_of_every_scenario(tmp_path: Path, file: Path) -> None:
    (tmp_path / "rules.yaml").write_text(rules.render(scenarios.load(str(file))), encoding="utf-8")
    assert "SUCCESS" in run_promtool("check", "rules", str(tmp_path / "rules.yaml"))


def test_promtool_takes_every_query_of_the_dashboard(tmp_path: Path) -> None:
    panels = json.loads(dashboard.render(STAGED))["panels"]
    queries = [target["expr"].replace("$__rate_interval", "1m") for panel in panels for target in panel["targets"]]
    recording = [{"record": f"query_{number}", "expr": query} for number, query in enumerate(queries)]
    (tmp_path / "queries.yaml").write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": recording}]}))
    assert f"{len(queries)} rules found" in run_promtool("check", "rules", str(tmp_path / "queries.yaml"))


@pytest.mark.parametrize(
    ("slow", "expected"),
    [
        (0.0, burns()),
        (0.009, burns()),
        (0.02, burns("p99:3d")),
        (0.07, burns("p99:3d", "p99:6h")),
        (0.15, burns("p99:3d", "p99:6h", "p99:1h")),
        (1.0, burns("p99:3d", "p99:6h", "p99:1h")),
    ],
)
def test_slow_requests_burn_the_budget_of_the_percentile(
    tmp_path: Path, slow: float, expected: set[tuple[str, ...]]
) -> None:
    series = series_of(STAGED, [Phase(30, slow=slow)])
    check_alerts(tmp_path, rules.render(STAGED), series, "25m", expected)


@pytest.mark.parametrize(
    ("failed", "expected"),
    [
        (0.0005, burns()),
        (0.002, burns("errors:3d")),
        (0.008, burns("errors:3d", "errors:6h")),
        (0.016, burns("errors:3d", "errors:6h", "errors:1h", "p99:3d")),
    ],
)
@pytest.mark.parametrize("status", [500, 503, 499])
def test_requests_without_an_answer_burn_both_budgets(
    tmp_path: Path, failed: float, expected: set[tuple[str, ...]], status: int
) -> None:
    series = series_of(STAGED, [Phase(30, refused=failed, status=status)])
    check_alerts(tmp_path, rules.render(STAGED), series, "25m", expected)


@pytest.mark.parametrize("status", [400, 404, 422])
def test_what_the_client_did_wrong_burns_nothing(tmp_path: Path, status: int) -> None:
    series = series_of(STAGED, [Phase(30, refused=0.5, status=status)])
    check_alerts(tmp_path, rules.render(STAGED), series, "25m", burns())


def test_a_service_that_never_gave_a_good_answer_is_not_silent(tmp_path: Path) -> None:
    series = series_of(STAGED, [Phase(30, refused=1.0)])
    assert not any('status="200"' in one["series"] for one in series)
    everything = burns(*(f"{slo}:{window}" for slo in ("p99", "errors") for window in ("1h", "6h", "3d")))
    check_alerts(tmp_path, rules.render(STAGED), series, "20m", everything)


def test_an_outage_pages_within_three_minutes_after_a_good_day(tmp_path: Path) -> None:
    series = series_of(STAGED, [HEALTHY, Phase(10, refused=1.0)])
    check_alerts(tmp_path, rules.render(STAGED), series, "7h3m", burns("errors:1h", "errors:6h", "errors:3d"))


def test_the_page_ends_with_the_outage_and_the_ticket_stays(tmp_path: Path) -> None:
    series = series_of(STAGED, [HEALTHY, Phase(20, refused=1.0), Phase(40)])
    still = burns("errors:3d", "p99:3d")
    check_alerts(tmp_path, rules.render(STAGED), series, "7h55m", still)


def test_a_minute_of_slow_answers_in_a_good_day_is_not_worth_an_alert(tmp_path: Path) -> None:
    series = series_of(STAGED, [HEALTHY, Phase(1, slow=1.0), Phase(10)])
    check_alerts(tmp_path, rules.render(STAGED), series, "7h5m", burns())


def test_no_requests_are_no_bad_requests(tmp_path: Path) -> None:
    series = series_of(STAGED, [Phase(1)])
    quiet = [{**one, "values": "5000+0x60"} for one in series]
    check_alerts(tmp_path, rules.render(STAGED), quiet, "50m", burns())


def test_a_restart_is_no_burn(tmp_path: Path) -> None:
    series = series_of(STAGED, [Phase(30)])
    restarted = [{**one, "values": f"{one['values']} {one['values']}"} for one in series]
    check_alerts(tmp_path, rules.render(STAGED), restarted, "32m", burns())


def test_missing_numbers_are_told(tmp_path: Path) -> None:
    missing: set[tuple[str, ...]] = {("SloNotMeasured", "p99"), ("SloNotMeasured", "errors")}
    check_alerts(tmp_path, rules.render(STAGED), [], "9m", set())
    check_alerts(tmp_path, rules.render(STAGED), [], "20m", missing)


def test_a_threshold_that_is_no_bucket_is_told(tmp_path: Path) -> None:
    series = series_of(STAGED, [Phase(30)], fast_edge="0.25")
    check_alerts(tmp_path, rules.render(STAGED), series, "20m", {("SloNotMeasured", "p99")})


def test_where_no_error_may_be_seen_the_first_one_pages(tmp_path: Path) -> None:
    scenario = make_scenario(slo={"errors": "none"})
    one_in_a_minute = Phase(1, refused=0.001)
    series = series_of(scenario, [Phase(30), one_in_a_minute, Phase(10)])
    check_alerts(tmp_path, rules.render(scenario), series, "29m", burns())
    check_alerts(tmp_path, rules.render(scenario), series, "33m", burns("errors:1h"))
