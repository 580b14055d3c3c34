"""What counts do not show: in how many seconds an objective went wrong, and how far its percentile is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from load_tests.judging.bootstrap import PercentileInterval, percentile_interval
from load_tests.judging.judgement import bad_requests
from load_tests.judging.measurement import Measurement, StageMeasurement
from load_tests.specification.demands import JudgedDemand
from load_tests.specification.objectives import LatencyObjective, ThroughputObjective
from load_tests.specification.scenario import Scenario


@dataclass(frozen=True)
class Spread:
    """How what is judged by one objective was spread over the measured time."""

    measured_s: float
    bad_seconds: int
    """Distinct seconds in which a request was due that turned out bad."""
    percentile: PercentileInterval | None
    """Of a latency objective."""


def spread_of(demand: JudgedDemand, measurement: Measurement, scenario: Scenario) -> Spread:
    """The spread of one objective over the stages that it is judged over."""
    names = {window.name for window in demand.windows}
    stages = [stage for stage in measurement.stages if stage.window.name in names]
    interval = None
    if isinstance(demand.objective, LatencyObjective):
        seconds = list(chain.from_iterable(stage.waits_by_second() for stage in stages))
        interval = percentile_interval(seconds, demand.objective.percentile, scenario.confidence, scenario.load.seed)
    return Spread(sum(stage.measured_s for stage in stages), _bad_seconds(demand, stages), interval)


def _bad_seconds(demand: JudgedDemand, stages: Sequence[StageMeasurement]) -> int:
    if isinstance(demand.objective, ThroughputObjective):
        return 0
    objective = demand.objective
    return sum(bad_requests(objective, second) > 0 for stage in stages for second in stage.seconds.values())
