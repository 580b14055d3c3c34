"""The floor of a generator says what it can be trusted with, here and with these versions, and nothing else."""

import platform
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from load_tests.calibrate import row_of
from load_tests.cpu_allowance import available_cores
from load_tests.judging.floor import (
    Floor,
    FloorRow,
    Machine,
    floor_problem,
    read_floor,
    this_machine,
    why_no_floor,
)
from load_tests.report.floor_table import abilities, show
from load_tests.report.stage_report import LatencyReport, StageReport
from load_tests.running.choice import choose


def row(offered_rps: float, p99_ms: float = 4.0, *, kept_up: bool = True) -> FloorRow:
    return FloorRow(
        offered_rps=offered_rps,
        due=1000,
        p50_ms=1.0,
        p99_ms=p99_ms,
        lateness_p99_ms=1.5,
        cpu_share=0.5,
        failed=0,
        dropped=0,
        kept_up=kept_up,
    )


def floor_with(*rows: FloorRow, machine: Machine | None = None) -> Floor:
    return Floor(
        machine=machine or this_machine(),
        measured_at=datetime(2026, 1, 2, tzinfo=UTC),
        processes=1,
        connections="10s",
        rates=rows,
    )


FLOOR = floor_with(row(100, 4.0), row(200, 10.0), row(400, 8.0, kept_up=False), row(800, 300.0, kept_up=False))


@pytest.mark.parametrize(("rate_rps", "found_rps"), [(1, 100), (100, 100), (100.1, 200), (200, 200)])
def test_a_rate_has_the_floor_of_the_next_rate_that_was_measured(rate_rps: float, found_rps: float) -> None:
    found = FLOOR.at(rate_rps)
    assert found is not None
    assert found.offered_rps == found_rps


@pytest.mark.parametrize("rate_rps", [200.1, 400, 800, 5000])
def test_a_rate_beyond_those_kept_up_with_has_no_floor(rate_rps: float) -> None:
    assert FLOOR.at(rate_rps) is None
    assert FLOOR.tightest_s(rate_rps) is None


def test_a_rate_that_was_not_kept_up_with_is_covered_by_a_higher_one_that_was() -> None:
    """Something else used the machine for a moment: what came later shows that the generator can."""
    assert floor_with(row(100, kept_up=False), row(50), row(200)).at(100) == row(200)


@pytest.mark.parametrize(("tightest_s", "problems"), [(0.05, 0), (0.0499, 1), (0.1, 0), (0.02, 1)])
def test_a_floor_above_a_fifth_of_the_threshold_is_too_much(tightest_s: float, problems: int) -> None:
    assert len(list(floor_problem("peak", 200, tightest_s, FLOOR))) == problems


def test_a_floor_that_is_too_high_is_told_with_what_to_change() -> None:
    [problem] = floor_problem("peak", 150, 0.02, FLOOR)
    assert problem.startswith(
        "peak: the generator alone takes 10 ms (p99 at 200/s), more than 20 % of the threshold of 20 ms: "
    )
    assert "--processes N" in problem
    assert problem.endswith("demand no less than 50 ms")


def test_a_rate_that_is_too_high_is_told_with_what_to_change() -> None:
    [problem] = floor_problem("spike", 300, 2.0, FLOOR)
    assert problem.startswith(
        "spike: 300/s per process is more than this generator kept up with when it was calibrated"
    )
    assert "(200/s)" in problem
    assert "--processes N" in problem
    assert "make calibrate" in problem


def test_thresholds_can_be_judged_from_five_times_the_floor() -> None:
    assert FLOOR.highest_rps == 200
    assert FLOOR.tightest_s(100) == pytest.approx(0.02)
    assert FLOOR.tightest_s(150) == pytest.approx(0.05)


def test_a_floor_comes_back_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "calibration.json"
    FLOOR.write(path)
    assert read_floor(path) == FLOOR
    assert why_no_floor(path) == ""
    assert [file.name for file in path.parent.iterdir()] == ["calibration.json"]


def test_an_unknown_floor_is_told_with_how_to_measure_it(tmp_path: Path) -> None:
    assert read_floor(tmp_path / "calibration.json") is None
    assert "make calibrate" in why_no_floor(tmp_path / "calibration.json")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"host": "elsewhere"}, "host elsewhere instead of "),
        ({"locust": "2.0.0"}, "locust 2.0.0 instead of "),
        ({"python": "3.9.0"}, "python 3.9.0 instead of "),
        ({"cores": 0.25}, "cores 0.25 instead of "),
    ],
)
def test_a_floor_measured_elsewhere_does_not_hold(tmp_path: Path, changes: dict[str, object], told: str) -> None:
    path = tmp_path / "calibration.json"
    floor_with(row(100), machine=this_machine().model_copy(update=changes)).write(path)
    assert read_floor(path) is None
    assert told in why_no_floor(path)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff\xfe", b'{"rates": []}', b"[" * 100_000])
def test_a_file_that_holds_no_floor_is_told_and_stops_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "calibration.json"
    path.write_bytes(content)
    assert read_floor(path) is None
    assert "holds no floor" in why_no_floor(path)


def test_a_folder_in_its_place_is_told_and_stops_nothing(tmp_path: Path) -> None:
    assert read_floor(tmp_path) is None
    assert "holds no floor" in why_no_floor(tmp_path)


def test_a_floor_that_falls_with_the_rate_was_disturbed() -> None:
    """A generator that keeps up with a rate keeps up with half of it, unless something else uses its machine."""
    assert floor_with(row(50, kept_up=False), row(100), row(200)).disturbed
    assert not FLOOR.disturbed
    assert not floor_with(row(50, kept_up=False)).disturbed


@pytest.mark.parametrize("disturbed", [True, False])
def test_a_disturbed_floor_is_told(tmp_path: Path, disturbed: bool) -> None:
    told = StringIO()
    show(floor_with(row(50, kept_up=not disturbed), row(100)), tmp_path / "calibration.json", told)
    assert ("calibrate again when it is idle" in told.getvalue()) == disturbed
    assert told.getvalue().splitlines()[-1].startswith("One process keeps up with 100/s")


def test_the_machine_is_described_with_the_cores_that_may_be_used() -> None:
    assert this_machine().cores == available_cores()
    assert this_machine().host == platform.node()


def stage_report(**changes: object) -> StageReport:
    stage = StageReport(
        name="100 a second",
        judged=True,
        begins_s=0,
        judged_from_s=0.5,
        ends_s=3,
        offered_rps=100,
        users=0,
        due=250,
        correct=250,
        failed={},
        dropped=0,
        latency_ms=LatencyReport(p50=1, p90=2, p95=2, p99=3, p99_9=4, max=5),
        percentiles=(),
        lateness_p99_ms=1.5,
        generator_cpu_share=0.5,
        generator_paused_s=0,
    )
    return stage.model_copy(update=changes)


def test_a_rate_is_kept_up_with_if_nothing_is_late_lost_or_short_of_cpu() -> None:
    assert row_of(stage_report()) == row(100, 3.0).model_copy(update={"due": 250})
    assert row_of(stage_report(lateness_p99_ms=19.9, generator_cpu_share=0.849)).kept_up


@pytest.mark.parametrize(
    "changes",
    [
        {"lateness_p99_ms": 20.0},
        {"generator_cpu_share": 0.85},
        {"dropped": 1},
        {"failed": {"timeout": 1}},
        {"lateness_p99_ms": None, "latency_ms": None, "due": 0},
    ],
    ids=str,
)
def test_each_sign_of_giving_in_is_enough(changes: dict[str, object]) -> None:
    assert not row_of(stage_report(**changes)).kept_up


def test_processes_share_a_rate() -> None:
    assert row_of(stage_report(), processes=4).offered_rps == 25


def test_the_last_line_says_what_can_be_judged() -> None:
    assert abilities(FLOOR).startswith(
        "One process keeps up with 200/s, and judges thresholds from 20 ms at 50/s, 50 ms at 200/s. Further: "
    )
    assert abilities(floor_with(row(50, kept_up=False))).startswith("This generator keeps up with none of these rates")


def test_the_calibration_needs_no_model_and_half_a_minute_at_most() -> None:
    scenario = choose("calibrate").scenario
    assert scenario.load.golden == scenario.load.invalid == 0
    assert scenario.load.warmup + sum(stage.lasts_s for stage in scenario.stages) <= 30
    rates_rps = [stage.offered_rps for stage in scenario.stages]
    assert rates_rps == sorted(set(rates_rps))
