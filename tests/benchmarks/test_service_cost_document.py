"""What the service costs is within what it may, as measured; the document's figures are held by test_documents."""

import json
import re

import pytest

from tests.conftest import ROOT

RESULTS = json.loads((ROOT / "benchmarks" / "results" / "service_cost.json").read_text(encoding="utf-8"))
DOCUMENT = (ROOT / "docs" / "service_cost.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", ["insurance", "taxi"])
def test_a_prediction_costs_at_most_3_5_times_the_floor(model: str) -> None:
    assert RESULTS["cost"][model]["ratio"] <= 3.5


@pytest.mark.parametrize("model", ["insurance", "taxi"])
def test_a_batch_of_1000_costs_at_most_100_predictions(model: str) -> None:
    assert RESULTS["batch"][model]["ratio"] <= 100


def test_a_cold_start_costs_at_most_1_5_seconds_of_cpu() -> None:
    assert RESULTS["cold_start"]["cpu_s"] <= 1.5


def test_memory_stays_below_110_mb_and_flat() -> None:
    memory = RESULTS["memory"]
    assert memory["rss_mb_after_100_000"] <= 110
    assert memory["requests"] >= 500_000
    assert memory["rss_mb_highest_later"] - memory["rss_mb_after_100_000"] <= 2
    assert memory["rss_mb_after_100_000"] - memory["rss_mb_lowest_later"] <= 2


def test_every_figure_of_the_tables_names_its_source() -> None:
    rows = [line for line in DOCUMENT.splitlines() if re.match(r"\| (bare|insurance|taxi)", line)]
    assert len(rows) == 5
    assert all("<!-- benchmarks/results/service_cost.json#" in row for row in rows)
