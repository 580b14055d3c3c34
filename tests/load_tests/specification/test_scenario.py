"""A scenario says everything with its unit, and a wrong one is refused with what to write instead."""

from pathlib import Path

import pytest

from load_tests.judging.provable import check_provable
from load_tests.specification import scenario as scenarios
from load_tests.specification.errors import ScenarioError
from load_tests.specification.objectives import ErrorObjective, GoodputObjective, LatencyObjective, ThroughputObjective
from load_tests.specification.offered_load import ConnectionUse

GOOD = """
model: insurance_charges_model
load: {arrivals: open, warmup: 20s, settle: 5s, timeout: 2s, connections: 10s, invalid: 1/6, golden: 10%, seed: 7}
stages:
  - {name: normal, rate: 50/s, for: 120s}
  - {name: spike, rate: 60/s, for: 60s, judge: false}
  - {rate: 50/s, for: 120s, slo: {p99: 250ms}}
slo: {p99: 100ms, errors: 0.1%, throughput: 99%}
confidence: 95%
"""


def write(folder: Path, text: str) -> str:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_scenario_is_read_in_seconds_and_shares(tmp_path: Path) -> None:
    scenario = scenarios.load(write(tmp_path, GOOD))
    assert scenario.name == "mine"
    assert scenario.text == GOOD
    assert scenario.prediction_path == "/api/models/insurance_charges_model/prediction"
    assert (scenario.load.warmup, scenario.load.settle, scenario.load.connections) == (20, 5, 10)
    assert scenario.load.invalid == pytest.approx(1 / 6)
    assert [stage.name for stage in scenario.stages] == ["normal", "spike", "stage 3"]
    assert [demand.objective for demand in scenario.slo.demands] == [
        LatencyObjective(99, 0.1),
        ErrorObjective(0.001),
        GoodputObjective(0.99),
    ]


def test_a_closed_scenario_asks_for_a_mean_throughput(tmp_path: Path) -> None:
    text = GOOD.replace("open", "closed").replace("rate: 50/s", "users: 5, each: 10/s")
    text = text.replace("rate: 60/s", "users: 6, each: 10/s").replace("99%}", "50/s}").replace("10s", "reuse")
    scenario = scenarios.load(write(tmp_path, text))
    assert scenario.stages[0].offered_rps == 50
    assert scenario.load.connections is ConnectionUse.REUSE
    assert scenario.slo.demands[-1].objective == ThroughputObjective(50)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("warmup: 20s", "warmup: 20", "load.warmup: 20 is not a duration"),
        ("rate: 50/s", "rate: 50", r"stages\[0\].rate: 50 is not a rate"),
        ("timeout: 2s", "time_out: 2s", "unknown key 'time_out': did you mean 'timeout'"),
        ("timeout: 2s", "timeout: 0s", "load.timeout: '0s' must be more than zero"),
        ("confidence", "confidenze", "unknown key 'confidenze': did you mean 'confidence'"),
        ("judge: false", "judge: nope", r"stages\[1\].judge: 'nope' is neither true nor false"),
        ("judge: false", "jugde: false", r"stages\[1\].jugde: unknown key 'jugde': did you mean 'judge'"),
        ("p99: 100ms", "p99: 100", "slo: p99: 100 is not a duration"),
        ("p99: 100ms", "p100: 100ms", "slo: unknown objective 'p100'"),
        ("p99: 100ms", "p99.99999: 100ms", "slo: p99.99999: no run has enough requests"),
        ("errors: 0.1%", "errors: None", "slo: errors: 'None' is not a share of 1: .* or `none`"),
        ("errors: 0.1%", "errors: 0.00001%", "slo: errors: no sample can prove '0.00001%'"),
        ("throughput: 99%", "throughput: 99.999999%", "slo: throughput: '99.999999%' can never be proven"),
        ("judge: false", "judge: false, slo: {p99: 1s}", "stage 'spike' has objectives and `judge: false`"),
        ("name: normal", "name: warm-up", "no stage may be named 'warm-up'"),
        ("name: normal", "name: run", "no stage may be named 'run'"),
        ("name: normal", "name: '[red]'", r"stages\[0\].name: '\[red\]' is not .* as it must be: begin with a letter"),
        ("name: normal", "name: 5", r"stages\[0\].name: 5 is no text: put it in quotes"),
        ("model: insurance", "path: predict\nmodel: insurance", "path: 'predict' is not .* a path that begins with /"),
        ("model: insurance", "model: Insurance", "model: 'Insurance.*' is not .*: write a qualified name such as"),
        ("rate: 60/s", "rate: 600/s", "leave 1200 requests in flight, and load.in_flight drops all beyond 1000"),
        ("invalid: 1/6", "invalid: 100%", "nothing but invalid payloads tests no prediction"),
        ("load: {", "load: [", "not YAML"),
        ("seed: 7}", "seed: 7}\nstages: no", "the key 'stages' is written twice"),
        ("p99: 100ms", "p0: 100ms", "slo: p0: a percentile is more than zero"),
        ("p99: 100ms", "p99: 0ms", "slo: p99: '0ms' must be more than zero"),
        ("errors: 0.1%", "errors: 0%", "slo: errors: no sample can prove '0%'"),
        ("errors: 0.1%", "errors: 100%", "slo: errors: '100%' allows everything to go wrong"),
        ("errors: 0.1%", "errors: {limit: 0.1%, scope: all}", "slo: errors: scope 'all' is neither stage nor run"),
        ("errors: 0.1%", "errors: {at: 0.1%}", "slo: errors: write {limit: …, scope: run}"),
        ("throughput: 99%", "throughput: 100%", "slo: throughput: '100%' can never be proven"),
        ("throughput: 99%", "p99: 1s", "line 8: the key 'p99' is written twice"),
        ("confidence: 95%", "model: again", "line 9: the key 'model' is written twice"),
        ("connections: 10s", "connections: 10", "load.connections: 10 is none of reuse, per_request or a maximum age"),
        ("invalid: 1/6", "invalid: 7/6", "load.invalid: '7/6' is not a share of 1"),
        ("seed: 7", "seed: seven", "load.seed: 'seven'"),
        ("confidence: 95%", "confidence: 0.95", "confidence: 0.95 is not a share"),
        ("confidence: 95%", "confidence: 5%", "confidence: 5% is not from 50% to below 100%"),
        ("model: insurance_charges_model", "", "model: is missing"),
        ("model: insurance", "name: x\nmodel: insurance", "unknown key 'name': a scenario is named after its file"),
        ("for: 120s", "for: 4s", "stage 'normal' lasts 4s, but its first 5s are cut"),
        ("name: spike", "name: normal", "two stages are named 'normal'"),
        ("rate: 60/s", "users: 3, each: 1/s", "stage 'spike': open arrivals take `rate: 5/s`"),
        ("arrivals: open", "arrivals: closed", "stage 'normal': closed arrivals take `users: 5` and `each: 1/s`"),
        ("slo: {p99: 250ms}", "slo: {p99: {limit: 1s, scope: run}}", "belongs under the top level `slo`"),
        ("slo: {p99: 250ms}", "slo: fast", "'fast' is not a mapping of objectives"),
        ("stages:", "stages: [", r"not YAML: line \d+, column \d+: .*expected"),
        ("stages:", "\tstages:", r"not YAML: line \d+, column 1: .*found a tab: indent with spaces"),
    ],
)
def test_a_wrong_scenario_is_refused_with_a_remedy(tmp_path: Path, right: str, wrong: str, message: str) -> None:
    assert right in GOOD
    with pytest.raises(ScenarioError, match=message):
        scenarios.load(write(tmp_path, GOOD.replace(right, wrong, 1)))


@pytest.mark.parametrize("text", ["", "just words", "[1, 2]"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ScenarioError, match="a scenario is a mapping"):
        scenarios.load(write(tmp_path, text))


def test_what_is_no_list_is_called_no_list(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="stages: 'x' is not a list"):
        scenarios.load(write(tmp_path, "model: a_model\nstages: x\n"))


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="is not a file"):
        scenarios.load(str(tmp_path))


def test_what_is_no_text_is_called_no_text(tmp_path: Path) -> None:
    path = tmp_path / "photo.yaml"
    path.write_bytes(b"\x89PNG")
    with pytest.raises(ScenarioError, match=r"photo\.yaml: not YAML: byte 1 is no text in UTF-8"):
        scenarios.load(str(path))


@pytest.mark.parametrize("typed", ["staged.yaml", "stagde", "scenarios/staged.yaml"])
def test_a_scenario_whose_name_is_nearly_right_is_suggested(typed: str) -> None:
    with pytest.raises(ScenarioError, match=f"no scenario '{typed}': did you mean 'staged'"):
        scenarios.load(typed)


def test_no_name_is_no_scenario() -> None:
    with pytest.raises(ScenarioError, match="no scenario '': give the path"):
        scenarios.load("")


def test_an_unknown_scenario_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        ScenarioError, match="one of autoscale, calibrate, disruption, seed, smoke, soak, staged, sudden, taxi"
    ):
        scenarios.load("nothing")


@pytest.mark.parametrize("path", sorted(scenarios.SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_scenario_of_the_repository_can_be_proven(path: Path) -> None:
    check_provable(scenarios.load(path.stem))
