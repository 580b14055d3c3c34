"""A report says the same in its three forms, and its last line is the verdict."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from load_tests.judging.measurement import Measurement
from load_tests.judging.verdict import judge
from load_tests.report import markdown, terminal
from load_tests.report.run_report import RunReport, ServiceReport, report_of
from tests.load_tests.builders import make_scenario, measured
from tests.load_tests.made_runs import FACTS, made

ON_HEAVY_MODEL = FACTS.model_copy(update={"service": ServiceReport(version="1.0", emulated_cpu_ms=20)})


def report(**seen: Any) -> RunReport:
    scenario = make_scenario()
    measurement: Measurement = measured(scenario, **seen)
    return report_of(scenario, measurement, judge(scenario, measurement), {"status 503": 7}, ON_HEAVY_MODEL)


def shown(of: RunReport) -> str:
    stream = io.StringIO()
    terminal.show(of, "reports/x/report.html", stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("seen", "last_line"),
    [
        ({}, "PASS (exit 0): 1 of 1 objectives kept, at 95 % confidence"),
        ({"timeout": 500}, "FAIL (exit 1): only: p99 ≤ 100 ms is broken"),
        ({"due": 298}, "INCONCLUSIVE (exit 3): only: p99 ≤ 100 ms is not proven"),
        ({"due": 0}, "INVALID (exit 4): no request was sent in a judged stage"),
    ],
)
def test_the_last_line_is_the_verdict(seen: dict[str, int], last_line: str) -> None:
    assert shown(report(**seen)).rstrip("\n").split("\n")[-1].startswith(last_line)


def test_the_terminal_shows_what_failed_and_what_distorts() -> None:
    text = shown(report(timeout=30, dropped=2))
    assert "30 timeout, 2 dropped" in text
    assert "seen 7 times over the whole run: status 503" in text
    assert "burns 20 ms of CPU" in text
    assert "\x1b" not in text, "no colours where there is no terminal"


def test_markdown_holds_the_same_tables() -> None:
    text = markdown.render(report(timeout=30))
    assert text.startswith("## FAIL: test\n\nOnly: p99 ≤ 100 ms is broken")
    assert "| only | 100/s | 1000 | 970 | 30 timeout | 10.0 | 10.0 | 10.0 | 10.0 |" in text
    assert "| only | p99 ≤ 100 ms | 30 of 1000 bad in 1 s, more than the 1 % allowed | ∞ | FAIL |" in text
    assert f"`{FACTS.command}`" in text


def test_beside_the_evidence_stands_how_far_a_percentile_is_known() -> None:
    text = markdown.render(made("FAIL"))
    assert re.search(r"\| peak \| p99 ≤ 100 ms \| .* \| 152 \(14\d–16\d\) \| FAIL \|", text)
    assert "(1 % allowed) | 10 | PASS |" in markdown.render(report()), "all that came took as long"


def test_run_json_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    written = report(slow=3)
    path = written.write(tmp_path)
    assert RunReport.model_validate_json(path.read_bytes()) == written
    stage = json.loads(path.read_text())["stages"][1]
    assert (stage["due"], stage["correct"], stage["latency_ms"]["p50"], stage["latency_ms"]["max"]) == (
        1000,
        1000,
        10.0,
        1000.0,
    )


def test_a_stage_without_a_correct_answer_has_no_latency() -> None:
    assert report(timeout=1000).stages[1].latency_ms is None
    assert "–" in shown(report(timeout=1000))
