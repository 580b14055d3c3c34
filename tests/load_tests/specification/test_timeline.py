"""Stages follow one another without a gap, and each is judged from when it has settled."""

from hypothesis import given
from hypothesis import strategies as st

from load_tests.specification.scenario import WARM_UP
from load_tests.specification.timeline import timeline_of
from tests.load_tests.builders import OPEN_LOAD, make_scenario

STAGES = [{"name": "a", "rate": "10/s", "for": "20s"}, {"name": "b", "rate": "30/s", "for": "10s", "judge": False}]


def test_the_warm_up_comes_first_at_the_first_rate_and_is_never_judged() -> None:
    timeline = timeline_of(make_scenario(stages=STAGES))
    assert [(window.name, window.begins_s, window.judged_from_s, window.ends_s) for window in timeline.windows] == [
        (WARM_UP, 0, 1, 2),
        ("a", 2, 3, 22),
        ("b", 22, 23, 32),
    ]
    assert timeline.windows[0].offered_rps == 10
    assert [window.name for window in timeline.judged] == ["a"]
    assert timeline.judged[0].expected_requests == 190


def test_without_a_warm_up_the_first_stage_comes_first() -> None:
    timeline = timeline_of(make_scenario(stages=STAGES, load=OPEN_LOAD | {"warmup": "0s"}))
    assert timeline.windows[0].name == "a"


@given(st.floats(-5, 50))
def test_every_time_has_its_stage(time_s: float) -> None:
    timeline = timeline_of(make_scenario(stages=STAGES))
    window = timeline.at(time_s)
    inside = window.begins_s <= time_s < window.ends_s
    before = time_s < 0 and window is timeline.windows[0]
    after = time_s >= timeline.ends_s and window is timeline.windows[-1]
    assert inside or before or after
