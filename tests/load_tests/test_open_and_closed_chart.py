"""The picture of an open and a closed run puts what was seen of each where it belongs."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from load_tests.queueing import longest_service_s, md1_latency_s
from load_tests.report.charts import open_and_closed
from load_tests.report.charts.shape import WIDE
from tests.load_tests.made_runs import DAY, DEAD, made_run

OPEN = made_run()
USERS = OPEN.model_copy(
    update={"stages": tuple(stage.model_copy(update={"users": 2}) for stage in OPEN.stages)}, deep=True
)


def test_stages_are_those_that_are_judged_by_a_percentile() -> None:
    stages = open_and_closed.judged_stages(OPEN)
    assert [(one.offered_rps, one.percentile, one.threshold_ms) for one in stages] == [
        (40.0, 99.0, 100.0),
        (80.0, 99.0, 100.0),
        (40.0, 99.0, 250.0),
    ]
    assert [one.seen_ms for one in stages] == [one.seen_ms for one in OPEN.objectives if one.seen_ms is not None]


def drawn(figure: Figure, label: str) -> list[tuple[float, float]]:
    """The points of a line of the picture."""
    [line] = [line for line in figure.axes[0].get_lines() if line.get_label() == label]
    return [(float(x), float(y)) for x, y in np.asarray(line.get_xydata())]


def test_what_was_seen_is_drawn_over_the_rate_it_was_offered_at() -> None:
    figure = open_and_closed.draw(USERS, OPEN, service_ms=10, shape=WIDE)
    stages = open_and_closed.judged_stages(OPEN)
    assert drawn(figure, "open arrivals, measured") == [(one.offered_rps, one.seen_ms) for one in stages]
    assert {most_ms for _, most_ms in drawn(figure, "most that so few users can see")} == {20.0}
    theory_ms = drawn(figure, "open arrivals, in theory (M/D/1)")[0][1]
    assert theory_ms == pytest.approx(md1_latency_s(0.99, 40, 0.01) * 1000)
    assert {limit_ms for _, limit_ms in drawn(figure, "objective: p99 ≤ 100 ms")} == {100.0}


def test_a_run_without_a_right_answer_is_drawn_without_a_dot() -> None:
    figure = open_and_closed.draw(USERS, made_run(DAY, DEAD), service_ms=10, shape=WIDE)
    assert drawn(figure, "open arrivals, measured") == []


def test_the_longest_service_time_keeps_the_objective_and_a_little_more_does_not() -> None:
    longest_s = longest_service_s(share=0.99, latency_s=0.1, rate_rps=80)
    assert md1_latency_s(0.99, 80, longest_s * 0.999) <= 0.1 < md1_latency_s(0.99, 80, longest_s * 1.001)
