"""Pictures put each number where it belongs, and leave out what would not be seen."""

import math

import pytest

from load_tests.report.charts.generators import thinned
from load_tests.report.charts.latency_axis import latency_text
from load_tests.report.charts.percentiles import MOST_NAMED, place, slowest
from load_tests.report.charts.rate import rates_of, without_nothing
from load_tests.report.charts.time_axis import clock_text
from load_tests.report.limits import limits_of
from tests.load_tests.made_runs import FORTY, REPEATED, made_run


@pytest.mark.parametrize(("percent", "at"), [(0, 0), (90, 1), (99, 2), (99.9, 3), (99.99, 4)])
def test_each_nine_is_as_far_from_the_one_before(percent: float, at: float) -> None:
    assert place(percent) == pytest.approx(at)


@pytest.mark.parametrize(
    ("at_s", "ends_s", "text"),
    [(20, 180, "20 s"), (260, 181, "4:20"), (3600, 5400, "60:00"), (13200, 5401, "3:40 h"), (0, 9000, "0:00 h")],
)
def test_the_time_is_told_in_the_units_of_the_run(at_s: float, ends_s: float, text: str) -> None:
    assert clock_text(at_s, ends_s) == text


@pytest.mark.parametrize(("latency_ms", "text"), [(0.5, "0.5 ms"), (999, "999 ms"), (1000, "1 s"), (2500, "2.5 s")])
def test_latencies_have_their_unit(latency_ms: float, text: str) -> None:
    assert latency_text(latency_ms) == text


def test_rates_are_counts_by_the_length_of_a_step_even_of_the_last_one() -> None:
    report = made_run(ended_s=10.6)
    seconds = report.seconds
    rates = rates_of(report)
    assert rates.due_rps[:10] == [float(due) for due in seconds.due[:10]]
    assert rates.due_rps[10] == pytest.approx(seconds.due[10] / 0.6)
    assert rates.at_s[10] == pytest.approx(10.3)


def test_a_last_step_that_hardly_began_has_no_rate() -> None:
    assert len(rates_of(made_run(ended_s=10.4)).due_rps) == 10


def test_failures_are_drawn_where_there_are_some_and_beside_them() -> None:
    drawn = without_nothing([0, 0, 3, 0, 0, 0])
    assert [math.isnan(rate_rps) for rate_rps in drawn] == [True, False, False, False, True, True]


@pytest.mark.parametrize(("length", "most", "kept"), [(0, 5, 0), (5, 5, 5), (6, 5, 3), (600, 120, 120)])
def test_thinned_lines_keep_their_peaks(length: int, most: int, kept: int) -> None:
    column = [float(number) for number in range(length)]
    assert len(thinned(column, most)) == kept
    assert max(thinned(column, most), default=-1) == length - 1


def test_of_many_stages_the_slowest_are_named_in_their_order() -> None:
    stages = [stage for stage in made_run(FORTY).stages if stage.judged]
    named = slowest(stages)
    p99_ms = [stage.latency_ms.p99 for stage in named if stage.latency_ms]
    others_ms = [stage.latency_ms.p99 for stage in stages if stage.latency_ms and stage not in named]
    assert len(named) == MOST_NAMED - 1
    assert min(p99_ms) >= max(others_ms)
    assert [stage.begins_s for stage in named] == sorted(stage.begins_s for stage in named)


def test_thresholds_are_those_of_the_stages_that_are_judged_by_them() -> None:
    limits = limits_of(made_run())
    assert [(one.title, one.latency_ms) for one in limits.of_stage("peak")] == [("p99 ≤ 100 ms", 100.0)]
    assert [one.latency_ms for one in limits.of_stage("recovery")] == [250.0]
    assert limits.of_stage("spike") == []
    assert limits.lateness_ms("recovery") == 50.0
    assert limits.lateness_ms("spike") == 400.0, "a fifth of the timeout"


def test_each_repetition_has_its_thresholds() -> None:
    limits = limits_of(made_run(REPEATED))
    assert {one.percentile for one in limits.of_stage("peak #3")} == {99, 50}


def test_a_scenario_that_cannot_be_read_any_more_sets_no_limits() -> None:
    limits = limits_of(made_run().model_copy(update={"scenario_text": "{"}))
    assert (limits.thresholds, limits.lateness_ms("peak")) == ((), None)
