"""What a scenario demands of a cluster is refused where it says nothing, or could never be seen."""

import re
from typing import Any

import pytest

from load_tests.judging.provable import check_provable
from load_tests.running.choice import Choice, check_watched
from load_tests.specification.errors import ScenarioError
from load_tests.specification.load_step import load_step_of
from load_tests.specification.scenario import parse
from load_tests.specification.timeline import timeline_of
from tests.conftest import ROOT
from tests.load_tests.builders import OPEN_LOAD, make_scenario
from tests.load_tests.made_runs import DAY, STEP

STAGES = [
    {"name": "low", "rate": "100/s", "for": "20s"},
    {"name": "up", "rate": "200/s", "for": "180s"},
    {"name": "higher", "rate": "250/s", "for": "60s"},
    {"name": "down", "rate": "100/s", "for": "20s"},
]


@pytest.mark.parametrize(
    ("scaling", "said"),
    [
        ("{ready: 4}", "scaling.ready: 4 is not a number of pods: write it with its unit, such as 4 pods"),
        ("{ready: 0 pods}", "greater than or equal to 1"),
        ("{lost: 0}", "write it with its unit, such as 4 requests"),
        ("{first_new_pod: 30}", "30 is not a duration"),
        ("{balance: 0.4}", "0.4 is not a share of 1"),
        ("{balance: 100%}", "balance is from more than 0% to less than 100%"),
        ("{reday: 4 pods}", "unknown key 'reday': did you mean 'ready'?"),
        ("{}", "nothing is demanded"),
        ("{step: normal}", "nothing is demanded"),
        ("{step: pea, lost: 0 requests}", "no stage is named 'pea': there are normal, peak, spike, recovery"),
    ],
)
def test_what_says_nothing_is_refused(scaling: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said.replace("?", r"\?")):
        parse("scaling", f"{DAY}scaling: {scaling}\n")


def test_what_the_document_shows_can_be_run() -> None:
    text = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"^```\n(scaling:\n.*?)```", text, re.DOTALL | re.MULTILINE)
    scenario = parse("shown", STEP.replace("180s", "240s").partition("scaling:")[0] + shown)
    check_provable(scenario)
    assert scenario.scaling is not None
    assert len(scenario.scaling.titles) == 5


def test_rounds_are_refused() -> None:
    with pytest.raises(ScenarioError, match="leave out `repeat`"):
        parse("scaling", f"{DAY}repeat: 2\nscaling: {{lost: 0 requests}}\n")


@pytest.mark.parametrize(
    ("scaling", "lasts", "said"),
    [
        (
            {"ready": "4 pods"},
            "59s",
            "the load stays up for 119 s",
        ),
        ({"first_new_pod": "150s"}, "60s", "first new pod ≤ 2 min 30 s takes 2 min 30 s to be seen"),
        ({"recovery": "100s"}, "60s", "back inside the SLO ≤ 100 s takes 2 min 10 s to be seen"),
        ({"balance": "40%"}, "179s", "of fair takes 4 min to be seen"),
    ],
)
def test_a_step_that_is_over_before_anything_can_be_seen_is_refused(
    scaling: dict[str, str], lasts: str, said: str
) -> None:
    stages = [STAGES[0], {**STAGES[1], "for": lasts}, *STAGES[2:]]
    with pytest.raises(ScenarioError, match=said):
        check_provable(make_scenario(stages=stages, scaling=scaling))


@pytest.mark.parametrize("scaling", [{"lost": "0 requests"}, {"balance": "40%"}])
def test_a_step_that_is_long_enough_is_taken(scaling: dict[str, str]) -> None:
    check_provable(make_scenario(stages=STAGES, scaling=scaling))


def test_without_a_step_nothing_grows() -> None:
    with pytest.raises(ScenarioError, match="no stage asks for more than the one before it"):
        check_provable(make_scenario(scaling={"ready": "2 pods"}))


def test_without_a_latency_objective_there_is_nothing_to_come_back_to() -> None:
    with pytest.raises(ScenarioError, match="there is no latency objective to come back to"):
        check_provable(make_scenario(stages=STAGES, slo={"errors": "1%"}, scaling={"recovery": "60s"}))


@pytest.mark.parametrize(
    ("changes", "begins_s", "ends_s"),
    [
        ({}, 22.0, 262.0),
        ({"scaling": {"step": "higher", "lost": "0 requests"}}, 202.0, 262.0),
        ({"scaling": {"step": "low", "lost": "0 requests"}, "load": OPEN_LOAD | {"warmup": "0s"}}, 0.0, 280.0),
    ],
)
def test_the_step_is_where_the_load_rises_most_or_where_the_scenario_says(
    changes: dict[str, Any], begins_s: float, ends_s: float
) -> None:
    scenario = make_scenario(stages=STAGES, **changes)
    step = load_step_of(scenario, timeline_of(scenario))
    assert step is not None
    assert (step.begins_s, step.ends_s) == (begins_s, ends_s)


def test_a_short_spike_is_not_the_step_where_the_load_rises_for_long_as_well() -> None:
    stages = [*STAGES[:2], {"name": "spike", "rate": "450/s", "for": "10s", "judge": False}, STAGES[3]]
    scenario = make_scenario(stages=stages)
    step = load_step_of(scenario, timeline_of(scenario))
    assert step is not None
    assert (step.stage, step.ends_s) == ("up", 212.0)


def test_a_scenario_that_demands_something_of_a_cluster_is_not_run_where_nobody_watches_one() -> None:
    choice = Choice("step", parse("step", STEP))
    check_watched([choice], "cluster.jsonl")
    with pytest.raises(ScenarioError, match="nobody watches it"):
        check_watched([choice], "")
