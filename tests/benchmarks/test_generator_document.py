"""The figures of the load generator in the documents are those of the result file that they name."""

import json

from tests.conftest import ROOT

RESULTS = json.loads((ROOT / "benchmarks" / "results" / "generator.json").read_text(encoding="utf-8"))
DOCUMENT = (ROOT / "docs" / "generator.md").read_text(encoding="utf-8")


def test_the_table_of_rates_is_the_one_that_was_measured() -> None:
    for rate in RESULTS["rates"]:
        row = (
            f"| {rate['offered_rps']:,.0f}/s | {rate['cpu_share']:.0%} | {rate['lateness_p99_ms']:.1f} ms "
            f"| {rate['latency_p99_ms']:.1f} ms |"
        )
        assert row in DOCUMENT


def test_what_limits_the_generator_is_said_with_the_figures_measured() -> None:
    kept_up = {rate["offered_rps"]: rate for rate in RESULTS["rates"] if rate["kept_up"]}
    assert "keeps up to 3,000 a second" in DOCUMENT
    assert all(rate_rps in kept_up for rate_rps in (500, 1000, 1500, 2000, 2500, 3000))
    assert f"about\n{kept_up[3000]['cpu_share'] / 3000 * 1000:.2f} ms of CPU" in DOCUMENT
    assert f"takes {RESULTS['recording']['median_us']:.1f} µs of CPU" in DOCUMENT
    assert RESULTS["recording"]["median_us"] <= 5, "what recording may cost"


def test_the_memory_of_a_million_requests_is_the_one_that_was_measured() -> None:
    soak = RESULTS["soak"]
    said = " ".join(DOCUMENT.split())
    assert soak["requests"] > 1_000_000
    assert f"took {soak['peak_rss_mib']} MiB at most, {soak['rss_mib_after_a_tenth']} of them" in said
    assert f"left within {soak['lateness_p99_ms']:.1f} ms" in said
    assert soak["peak_rss_mib"] < 300, "what it may take"
