"""The limits a run is held to, as its pictures show them: read again from the scenario that the report quotes."""

from collections.abc import Iterator
from dataclasses import dataclass

from load_tests.judging.trust import MOST_LATENESS
from load_tests.report.run_report import RunReport
from load_tests.specification.demands import judged_demands
from load_tests.specification.errors import ScenarioError
from load_tests.specification.objectives import LatencyObjective
from load_tests.specification.scenario import Scenario, parse
from load_tests.specification.timeline import timeline_of


@dataclass(frozen=True)
class Threshold:
    """A latency objective, and the stages that it is judged over."""

    where: str
    title: str
    percentile: float
    latency_ms: float
    stages: tuple[str, ...]


@dataclass(frozen=True)
class Limits:
    """What a scenario sets limits to."""

    thresholds: tuple[Threshold, ...] = ()
    timeout_ms: float | None = None

    def of_stage(self, name: str) -> list[Threshold]:
        """The latency objectives that a stage is judged by."""
        return [threshold for threshold in self.thresholds if name in threshold.stages]

    def lateness_ms(self, name: str) -> float | None:
        """How late 1 % of a stage's requests may leave before the measurement is distrusted; None if not known."""
        known = [threshold.latency_ms for threshold in self.of_stage(name)]
        known += [self.timeout_ms] if self.timeout_ms is not None else []
        return MOST_LATENESS * min(known) if known else None


def limits_of(report: RunReport) -> Limits:
    """Read the limits; there are none where the report quotes no scenario that can be read today."""
    try:
        scenario = parse(report.scenario, report.scenario_text)
    except ScenarioError:
        return Limits()
    return Limits(tuple(_thresholds(scenario)), scenario.load.timeout * 1000)


def _thresholds(scenario: Scenario) -> Iterator[Threshold]:
    for demand in judged_demands(scenario, timeline_of(scenario)):
        objective = demand.objective
        if isinstance(objective, LatencyObjective):
            yield Threshold(
                where=demand.where,
                title=objective.title,
                percentile=objective.percentile,
                latency_ms=objective.threshold_s * 1000,
                stages=tuple(window.name for window in demand.windows),
            )
