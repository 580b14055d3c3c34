"""Two scenarios differ where they mean something else, and not where they only say it in other words."""

import pytest

from load_tests.specification.difference import differences
from load_tests.specification.scenario import parse
from tests.load_tests.test_compare import SCENARIO


@pytest.mark.parametrize(
    ("written", "instead", "found"),
    [
        ("slo:\n", "slo:  # a comment\n", []),
        ("100/s", "6000/min", []),
        ("judge: false", "judge: true", ["stages.after.judge: false against true"]),
        (", judge: false", "", ["stages.after.judge: false against its default"]),
        ("warmup: 2s, ", "", ["load.warmup: 2s against its default"]),
        ("warmup: 2s, ", "warmup: 2s, seed: 7, ", []),
        (", slo: {p99: 200ms}", "", ["stages.peak.slo.p99: 200ms against nothing"]),
        ("name: peak", "name: top", ["stages: normal, peak, after against normal, top, after"]),
        ("timeout: 2s", "timeout: 2s, connections: reuse", ["load.connections: its default against reuse"]),
        ("\nload:", "\nscope: run\nload:", ["scope: its default against run"]),
        ("p99: 100ms", "p95: 100ms", ["slo.p99: 100ms against nothing", "slo.p95: nothing against 100ms"]),
    ],
)
def test_scenarios_differ_in_what_they_mean(written: str, instead: str, found: list[str]) -> None:
    assert written in SCENARIO
    assert differences(parse("one", SCENARIO), parse("another", SCENARIO.replace(written, instead))) == found
