"""Which objective is judged over which stages."""

from load_tests.specification.demands import judged_demands
from load_tests.specification.scenario import WHOLE_RUN, Scenario
from load_tests.specification.timeline import timeline_of
from tests.load_tests.builders import make_scenario

TWO_STAGES = [
    {"name": "a", "rate": "100/s", "for": "11s"},
    {"name": "b", "rate": "100/s", "for": "11s", "slo": {"p99": "250ms"}},
    {"name": "c", "rate": "100/s", "for": "11s", "judge": False},
]


def judged(scenario: Scenario) -> list[tuple[str, str]]:
    return [(demand.where, demand.objective.title) for demand in judged_demands(scenario, timeline_of(scenario))]


def test_each_judged_stage_has_the_common_objectives_but_for_its_own() -> None:
    scenario = make_scenario(stages=TWO_STAGES, slo={"p99": "100ms", "errors": "1%"})
    assert judged(scenario) == [
        ("a", "p99 ≤ 100 ms"),
        ("a", "errors ≤ 1 %"),
        ("b", "p99 ≤ 250 ms"),
        ("b", "errors ≤ 1 %"),
    ]


def test_an_objective_can_be_judged_over_the_whole_run() -> None:
    scenario = make_scenario(stages=TWO_STAGES[:1], slo={"p99": "100ms", "errors": {"limit": "1%", "scope": "run"}})
    assert judged(scenario) == [("a", "p99 ≤ 100 ms"), (WHOLE_RUN, "errors ≤ 1 %")]


def test_scope_run_judges_all_stages_as_one_but_a_stage_by_its_own_objective() -> None:
    scenario = make_scenario(stages=TWO_STAGES, scope="run")
    own, common = judged_demands(scenario, timeline_of(scenario))
    assert (own.where, own.objective.title, [window.name for window in own.windows]) == ("b", "p99 ≤ 250 ms", ["b"])
    assert (common.where, common.objective.title) == (WHOLE_RUN, "p99 ≤ 100 ms")
    assert [window.name for window in common.windows] == ["a"], "b has an objective of its own in place of it"
