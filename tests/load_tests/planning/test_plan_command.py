"""`plan` writes a plan of what was measured, and refuses what was measured of something else."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from load_tests.judging.floor import this_machine
from load_tests.planning.__main__ import main
from load_tests.planning.capacity import Capacity
from load_tests.planning.plan import Plan
from load_tests.planning.search import End

SUDDEN = """
model: insurance_charges_model
load: {warmup: 10s, settle: 1s, connections: 2s}
stages:
  - {name: normal, rate: 4/s, for: 30s}
  - {name: risen, rate: 28/s, for: 60s}
slo: {p95: 100ms}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """Give a scenario of two stages."""
    path = tmp_path / "sudden.yaml"
    path.write_text(SUDDEN, encoding="utf-8")
    return path


@pytest.fixture
def capacity(tmp_path: Path) -> Path:
    """Give what one replica takes."""
    return written(tmp_path / "capacity.json")


def written(path: Path, **changes: object) -> Path:
    """Write a capacity that differs."""
    found = Capacity(
        scenario="sudden",
        model="insurance_charges_model",
        model_version="1.0.0",
        emulated_cpu_ms=20.0,
        target="http://127.0.0.1:8000",
        objectives=("p95 ≤ 100 ms",),
        confidence=0.95,
        resolution=0.1,
        kept_rps=17.0,
        confirmed=True,
        broken_rps=18.0,
        broken_verdict=None,
        ended=End.FOUND,
        reason="17/s",
        cpu_ms_per_request=21.0,
        idle_cores=0.003,
        limit_cores=0.5,
        cpu_source="",
        probes=(),
        measured_at=datetime.now(UTC),
        machine=this_machine(),
    )
    found.model_copy(update=changes).write(path)
    return path


def plan(scenario: Path, capacity: Path, *options: str) -> int:
    out = capacity.with_name("plan.json")
    return main(["plan", str(scenario), "--capacity", str(capacity), "--out", str(out), *options])


def test_a_plan_is_shown_and_written(scenario: Path, capacity: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan(scenario, capacity, "--limit", "500m") == 0
    found = Plan.model_validate_json(capacity.with_name("plan.json").read_bytes())
    shown = capsys.readouterr().out
    assert shown.endswith(f"{found.why}\n")
    assert "minReplicas 3, maxReplicas 10, 50 % of the CPU requested" in shown
    assert found.why == (
        "sudden: 28/s need 2 replicas; an autoscaler that begins with fewer comes too late; "
        "with 1 to spare, begin with 3."
    )


def test_what_no_number_of_replicas_keeps_is_no_plan(
    scenario: Path, capacity: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(capacity, cpu_ms_per_request=32.0, limit_cores=0.2)
    assert plan(scenario, capacity, "--limit", "200m") == 1
    assert "OUT OF REACH (exit 1): a request costs 32 ms of CPU" in capsys.readouterr().out
    assert not capacity.with_name("plan.json").exists()


@pytest.mark.parametrize(
    ("changes", "options", "said"),
    [
        ({"model": "taxi_fare_model"}, (), "is of taxi_fare_model, and sudden asks for insurance_charges_model"),
        ({}, (), "measured with a CPU limit of 500m, and the pods to be planned have no CPU limit"),
        (
            {"limit_cores": None},
            ("--limit", "500m"),
            "measured with no CPU limit, and the pods to be planned",
        ),
        ({"kept_rps": None}, ("--limit", "500m"), "no rate was proven to be kept"),
        ({"cpu_ms_per_request": None}, ("--limit", "500m"), "does not say its CPU time"),
        ({"idle_cores": 0.2}, ("--limit", "500m"), "request more, or aim at more"),
    ],
)
def test_what_was_measured_of_something_else_is_refused(
    scenario: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, object], options: tuple[str, ...], said: str
) -> None:
    capacity = written(scenario.with_name("capacity.json"), **changes)
    assert plan(scenario, capacity, *options) == 2
    assert said in capsys.readouterr().err
    assert not capacity.with_name("plan.json").exists()


def test_without_a_measurement_the_remedy_is_told(
    scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plan(scenario, tmp_path / "none.json") == 2
    assert "none.json does not say what one replica takes: measure it, make capacity" in capsys.readouterr().err
    (tmp_path / "other.json").write_text(json.dumps({"format": 1}), encoding="utf-8")
    assert plan(scenario, tmp_path / "other.json") == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--limit", "0m"), "'0m' is no CPU at all"),
        (("--request", "much"), "'much' is no amount of CPU"),
        (("--spare", "one"), "'one' is not a number of replicas"),
        (("--target", "50"), "'50' is not a share of 1"),
        (("--start", "3"), "'3' is not a duration"),
    ],
)
def test_an_option_that_is_none_is_named(
    scenario: Path, capacity: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        plan(scenario, capacity, *options)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
