"""What is said of a search: no more than it has shown, and with which exit code."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from load_tests.judging.floor import this_machine
from load_tests.judging.judgement import Verdict
from load_tests.planning.capacity import Capacity, Probe
from load_tests.planning.capacity_command import write
from load_tests.planning.findings import cost, sentence
from load_tests.planning.progress import show
from load_tests.planning.search import Bounds, End
from load_tests.planning.sizes import Replica

TITLES = ("p99 ≤ 100 ms", "errors ≤ 0.1 %")
FOUND = Bounds(310, True, 340, True)
KEEPS = "one replica of taxi_fare_model keeps p99 ≤ 100 ms and errors ≤ 0.1 %"


def probe(rate_rps: float, verdict: Verdict = Verdict.PASS, reason: str = "as wanted") -> Probe:
    return Probe(
        rate_rps=rate_rps,
        confirms=False,
        verdict=verdict,
        reason=reason,
        due=1000,
        correct=990,
        p50_ms=10.0,
        p95_ms=None,
        p99_ms=99.0,
        cores_used=0.5,
        folder="reports/x",
    )


def capacity(bounds: Bounds = FOUND, ended: End = End.FOUND, **changes: Any) -> Capacity:
    given: dict[str, Any] = {
        "scenario": "taxi",
        "model": "taxi_fare_model",
        "model_version": "1",
        "emulated_cpu_ms": 0,
        "target": "http://127.0.0.1:8000/predict",
        "objectives": TITLES,
        "confidence": 0.95,
        "resolution": 0.1,
        "kept_rps": bounds.kept_rps,
        "confirmed": bounds.confirmed,
        "broken_rps": bounds.broken_rps,
        "broken_verdict": Verdict.FAIL,
        "ended": ended,
        "reason": "it is so",
        "cpu_ms_per_request": 0.9,
        "idle_cores": 0.01,
        "cpu_source": "somewhere",
        "probes": (probe(340, Verdict.FAIL), probe(310)),
        "measured_at": datetime(2026, 1, 2, tzinfo=UTC),
        "machine": this_machine(),
    }
    return Capacity(**given | changes)


@pytest.mark.parametrize(
    ("bounds", "end", "said"),
    [
        (FOUND, End.FOUND, f"{KEEPS} up to 310/s (broken at 340/s)"),
        (Bounds(310, True, 340, False), End.FOUND, f"{KEEPS} up to 310/s (not proven at 340/s)"),
        (Bounds(500, True, None, False), End.AT_MOST, f"{KEEPS} at 500/s, which is the highest rate that was to be"),
        (
            Bounds(310, False, None, False),
            End.UNTRUSTED,
            f"{KEEPS} up to at least 310/s, not confirmed by a longer probe: the measurement at 400/s could not "
            "be trusted: the generator used 90 %",
        ),
        (Bounds(310, True, 620, True), End.OUT_OF_PROBES, f"{KEEPS} up to 310/s (broken at 620/s): 1 probes did not"),
        (
            Bounds(None, False, None, False),
            End.UNTRUSTED,
            "no rate was proven to be kept by one replica of taxi_fare_model, nothing is known: the measurement",
        ),
        (
            Bounds(None, False, 800, True),
            End.UNTRUSTED,
            "no rate was proven to be kept by one replica of taxi_fare_model, broken at 800/s: the measurement",
        ),
    ],
)
def test_the_sentence_says_what_is_kept_what_is_not_and_why_no_more_is_known(
    bounds: Bounds, end: End, said: str
) -> None:
    probes = [probe(400, Verdict.INVALID, "the generator used 90 %")]
    assert sentence("taxi_fare_model", TITLES, bounds, end, probes).startswith(said)


def test_where_nothing_is_kept_the_lowest_rate_and_its_reason_are_said() -> None:
    probes = [probe(50, Verdict.FAIL, "p99: 9 of 10 bad"), probe(25, Verdict.FAIL, "p99: 8 of 10 bad")]
    said = sentence("taxi_fare_model", TITLES, Bounds(None, False, 25, True), End.NOTHING_KEPT, probes)
    assert said.endswith("at any rate that was tried: broken at 25/s: p99: 8 of 10 bad")


def test_the_cost_is_said_only_where_it_is_known() -> None:
    assert cost(0.9, 0.01) == "a request costs 0.9 ms of CPU, and none at all 1 % of a core"
    assert cost(None, 0.01) == cost(0.9, None) == ""


@pytest.mark.parametrize(
    ("bounds", "end", "exit_code"),
    [
        (FOUND, End.FOUND, 0),
        (Bounds(500, True, None, False), End.AT_MOST, 0),
        (Bounds(310, True, 620, True), End.OUT_OF_PROBES, 0),
        (Bounds(310, False, 620, True), End.OUT_OF_PROBES, 3),
        (Bounds(None, False, 25, True), End.NOTHING_KEPT, 3),
        (Bounds(310, False, None, False), End.UNTRUSTED, 4),
    ],
)
def test_the_exit_code_is_0_only_for_a_capacity_that_was_confirmed(bounds: Bounds, end: End, exit_code: int) -> None:
    stream = io.StringIO()
    assert show(capacity(bounds, end), Path("reports/x"), "reports/capacity.json", stream) == exit_code
    assert f"(exit {exit_code}): it is so; a request costs 0.9 ms" in stream.getvalue().splitlines()[-1]


def test_the_table_shows_the_rates_rising() -> None:
    stream = io.StringIO()
    show(capacity(), Path("reports/x"), "reports/capacity.json", stream)
    rates = [line.split()[0] for line in stream.getvalue().splitlines() if "/s   " in line]
    assert rates == ["310/s", "340/s"]


def test_planning_reckons_with_what_was_kept_and_what_it_cost() -> None:
    assert capacity().replica() == Replica(310, 0.0009, 0.01)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"kept_rps": None}, "no rate was proven to be kept: it is so"),
        ({"cpu_ms_per_request": None}, "does not say its CPU time in /metrics"),
        ({"idle_cores": None}, "does not say its CPU time in /metrics"),
    ],
)
def test_planning_cannot_reckon_with_what_is_not_known(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        capacity(**changes).replica()


def test_a_search_that_found_nothing_out_leaves_the_result_of_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "capacity.json"
    write(capacity(), path)
    before = path.read_bytes()
    assert "as it was" in write(capacity(Bounds(None, False, None, False), End.UNTRUSTED), path)
    assert path.read_bytes() == before
    write(capacity(Bounds(None, False, 25, True), End.NOTHING_KEPT), path)
    assert path.read_bytes() != before, "that nothing is kept was found out"
