"""Comparing two runs: exit code 1 is a proven worsening and nothing else, and what proves nothing is refused."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from load_tests import compare
from load_tests.judging.verdict import judge
from load_tests.report.run_report import FILE_NAME, RunFacts, RunReport, ServiceReport, report_of
from load_tests.specification.scenario import parse
from tests.load_tests.builders import measured
from tests.load_tests.made_runs import FACTS

SCENARIO = """
model: insurance_charges_model
load: {arrivals: open, warmup: 2s, settle: 1s, timeout: 2s}
stages:
  - {name: normal, rate: 100/s, for: 11s}
  - {name: peak, rate: 200/s, for: 11s, slo: {p99: 200ms}}
  - {name: after, rate: 100/s, for: 11s, judge: false}
slo:
  p99: 100ms
  errors: {limit: 1%, scope: run}
"""


def ran(
    folder: Path,
    text: str = SCENARIO,
    p99_ms: float | None = 40.0,
    timeout: int = 0,
    facts: RunFacts = FACTS,
    **seen: float,
) -> Path:
    """Write the reports of a run whose percentiles are known exactly; the path of its folder."""
    scenario = parse("test", text)
    measurement = measured(scenario, timeout=timeout, **seen)  # type: ignore[arg-type]
    report = report_of(scenario, measurement, judge(scenario, measurement), {}, facts)
    known = {"measured_s": 10.0, "seen_ms": p99_ms, "replicates_ms": (p99_ms,) * 200}
    objectives = tuple(row.model_copy(update=known) for row in report.objectives)
    folder.mkdir()
    report.model_copy(update={"objectives": objectives}).write(folder)
    return folder


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return ran(tmp_path / "old")


def compared(old: Path, new: Path) -> int:
    return compare.main([str(old), str(new)])


def last_line(printed: str) -> str:
    return printed.rstrip("\n").split("\n")[-1]


def test_a_proven_worsening_of_5_percent_exits_with_1_and_names_the_worst(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(old, ran(tmp_path / "new", p99_ms=50.0)) == 1
    printed = capsys.readouterr().out
    worst = "normal: p99 ≤ 100 ms went from 40 ms to 50 ms (at least 25 % more) (and 1 more)"
    assert last_line(printed) == f"WORSE (exit 1): {worst}"
    assert [line.split()[-1] for line in printed.splitlines() if "p99 ≤" in line and "+25 %" in line] == ["worse"] * 2


@pytest.mark.parametrize(("p99_ms", "finding"), [(41.9, "2 worse"), (40.0, "3 no proof"), (30.0, "2 better")])
def test_nothing_less_fails(
    p99_ms: float, finding: str, old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(old, ran(tmp_path / "new", p99_ms=p99_ms)) == 0
    line = last_line(capsys.readouterr().out)
    assert line.startswith("NO WORSE (exit 0): nothing is proven to be at least 5 % worse, at 95 % confidence: ")
    assert finding in line


def test_a_manifold_worsening_is_said_in_times(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compared(old, ran(tmp_path / "nine-fold", p99_ms=360.0))
    assert "+800 % to +800 %" in (printed := capsys.readouterr().out)
    assert "(at least 800 % more)" in last_line(printed)
    compared(old, ran(tmp_path / "fifty-fold", p99_ms=2000.0))
    assert "×50 to ×50" in (printed := capsys.readouterr().out)
    assert "(at least 50 times as much)" in last_line(printed)


def test_more_errors_are_worse(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(old, ran(tmp_path / "new", timeout=30)) == 1
    printed = capsys.readouterr().out
    assert "run: errors ≤ 1 % went from 0 % bad to 3 % bad (at least" in last_line(printed)
    assert re.search(r"errors ≤ 1 % +0 % bad +3 % bad +×[\d.]+ or more +worse", printed)


def test_of_what_neither_run_showed_the_change_is_not_known(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compared(old, ran(tmp_path / "new"))
    assert re.search(r"errors ≤ 1 % +0 % bad +0 % bad +not known +no proof", capsys.readouterr().out)


def test_a_percentile_that_is_never_reached_any_more_is_worse_without_limit(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(old, ran(tmp_path / "new", p99_ms=None)) == 1
    printed = capsys.readouterr().out
    assert last_line(printed) == "WORSE (exit 1): normal: p99 ≤ 100 ms went from 40 ms to never (and 1 more)"
    assert "without limit" in printed


def test_a_lost_throughput_is_said_as_a_loss(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    closed = """
model: insurance_charges_model
load: {arrivals: closed, settle: 2s}
stages: [{name: five, users: 5, each: 20/s, for: 12s}]
slo: {throughput: 50/s}
"""
    old, new = ran(tmp_path / "old", closed), ran(tmp_path / "new", closed, due=700)
    assert compared(old, new) == 1
    line = last_line(capsys.readouterr().out)
    assert line.startswith("WORSE (exit 1): five: throughput ≥ 50/s went from 100/s to 70/s (at least 2")
    assert line.endswith(" % less)")


def test_failed_runs_may_be_compared_and_files_be_given_for_folders(tmp_path: Path) -> None:
    old, new = ran(tmp_path / "old", timeout=500), ran(tmp_path / "new", timeout=500)
    assert compared(old / FILE_NAME, new / FILE_NAME) == 0


def test_what_else_was_different_is_remarked(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = FACTS.model_copy(
        update={
            "target": "http://elsewhere",
            "started_at": datetime(2026, 2, 2, 3, 4, tzinfo=UTC),
            "command": "another",
            "service": ServiceReport(version="", emulated_cpu_ms=20),
            "versions": {**FACTS.versions, "locust": "2.48.0"},
        }
    )
    compared(old, ran(tmp_path / "new", facts=facts))
    remarks = [line for line in capsys.readouterr().out.splitlines() if line.startswith("the runs differ")]
    assert remarks == [
        f"the runs differ in target: {FACTS.target}, then http://elsewhere",
        "the runs differ in service.version: 1.4.0, then not known",
        "the runs differ in service.emulated_cpu_ms: 0, then 20",
        "the runs differ in versions.locust: 2.47.0, then 2.48.0",
    ]


def test_a_run_on_more_processes_is_remarked(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = ran(tmp_path / "new")
    columns: dict[str, list[float]] = {key: [] for key in ("at_s", "cpu_share", "latest_ms", "in_flight", "paused_ms")}
    process = {"name": "worker 1", "host": "here", "cores": 1.0, **columns}
    edit(new / FILE_NAME, generators=[process, process])
    assert compared(old, new) == 0
    assert "the runs differ in generator processes: 0, then 2" in capsys.readouterr().out


def test_like_runs_need_no_remark(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compared(old, ran(tmp_path / "new"))
    assert "the runs differ" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "because"),
    [
        (lambda file: file.unlink(), "does not exist: give the run.json of a run, or its folder"),
        (lambda file: file.write_text("no"), "is not JSON"),
        (lambda file: file.write_bytes(b"\xff\xfe{"), "is not JSON"),
        (lambda file: file.write_text("[" * 100_000), "is not JSON"),
        (lambda file: file.write_text("[]"), "has no format number"),
        (lambda file: file.write_text('{"a": 1}'), "has no format number"),
        (lambda file: file.write_text('{"format": 99}'), "has format 99, this version reads"),
        (lambda file: edit(file, confidence="high"), "is not the run.json of a run: confidence: "),
        (lambda file: edit(file, scenario_text="slo: 1"), "its scenario cannot be read any more: "),
        (lambda file: edit(file, objectives=[]), "holds other objectives than its scenario"),
        (
            lambda file: edit(file, verdict="INVALID", reason="why"),
            "is INVALID, and what cannot be trusted",
        ),
        (lambda file: replace(file, '"measured_s": 10.0', '"measured_s": 0'), "run its scenario again"),
    ],
)
def test_what_proves_nothing_is_refused(
    change: Callable[[Path], None], because: str, old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = ran(tmp_path / "new")
    change(new / FILE_NAME)
    for given in ((old, new), (new, old), (old, new / FILE_NAME)):
        assert compared(*given) == 2
        printed = capsys.readouterr()
        assert str(new / FILE_NAME) in printed.err
        assert because in printed.err
        assert printed.out == ""


def edit(file: Path, **changes: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def replace(file: Path, written: str, instead: str) -> None:
    file.write_text(file.read_text().replace(written, instead))


def test_runs_of_different_scenarios_are_refused_and_the_keys_named(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = ran(tmp_path / "new", SCENARIO.replace("200/s", "150/s").replace("1%", "2%"))
    assert compared(old, new) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"{old / FILE_NAME} and {new / FILE_NAME} are runs of different scenarios:",
        "  stages.peak.rate: 200/s against 150/s",
        '  slo.errors: {"limit": "1%", "scope": "run"} against {"limit": "2%", "scope": "run"}',
    ]


def test_a_crash_is_no_proof_of_a_worsening(
    old: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(compare, "compare", crash)
    assert compared(old, old) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_report_of_an_infinite_percentile_is_read_back(tmp_path: Path) -> None:
    [*_, row] = RunReport.model_validate_json((ran(tmp_path / "run", p99_ms=None) / FILE_NAME).read_bytes()).objectives
    assert (row.seen_ms, row.replicates_ms[0]) == (None, None)
