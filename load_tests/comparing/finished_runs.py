"""Two finished runs, read from their `run.json` and refused where comparing them would prove nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from load_tests.judging.judgement import Verdict
from load_tests.report.reading import file_of, read_report
from load_tests.report.run_report import RunReport
from load_tests.specification.demands import JudgedDemand, judged_demands
from load_tests.specification.difference import differences
from load_tests.specification.errors import ScenarioError
from load_tests.specification.objectives import Objective
from load_tests.specification.scenario import Scenario, parse
from load_tests.specification.timeline import timeline_of

OF_EACH_RUN = ("started_at", "began_at", "command")
"""Facts that differ between any two runs."""


class IncomparableError(ValueError):
    """Two runs cannot be compared; the message says why."""


@dataclass(frozen=True)
class FinishedRun:
    """One run of the two."""

    path: Path
    report: RunReport
    scenario: Scenario
    demands: tuple[JudgedDemand, ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a run, given as for `read_report`, which may raise; IncomparableError if it proves nothing."""
        file, report = file_of(path), read_report(path)
        try:
            scenario = parse(report.scenario, report.scenario_text)
        except ScenarioError as error:
            raise IncomparableError(f"{file}: its scenario cannot be read any more: {error}") from None
        run = cls(file, report, scenario, tuple(judged_demands(scenario, timeline_of(scenario))))
        if problem := run.why_it_proves_nothing():
            raise IncomparableError(f"{file}: {problem}")
        return run

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """What the run was judged by, in the order of the report."""
        return tuple(demand.objective for demand in self.demands)

    def why_it_proves_nothing(self) -> str:
        """Empty if it proves something."""
        if self.report.verdict is Verdict.INVALID:
            return f"is INVALID, and what cannot be trusted proves nothing: {self.report.reason}"
        if self.report.ended_early:
            return f"was ended early, and what ended it is no fair sample of it: {self.report.ended_early}"
        reported = [(row.where, row.objective) for row in self.report.objectives]
        if reported != [(demand.where, demand.objective.title) for demand in self.demands]:
            return "holds other objectives than its scenario"
        if not all(row.measured_s for row in self.report.objectives):
            return "does not say how long each objective was measured: run its scenario again"
        return ""


def check_comparable(old: FinishedRun, new: FinishedRun) -> None:
    """Refuse to compare runs of different scenarios."""
    if found := differences(old.scenario, new.scenario):
        lines = "\n".join(f"  {line}" for line in found)
        raise IncomparableError(f"{old.path} and {new.path} are runs of different scenarios:\n{lines}")


def remarks(old: FinishedRun, new: FinishedRun) -> Iterator[str]:
    """What else was different between the runs, and may explain a change instead of the service."""
    ours, theirs = (dict(_facts(run.report)) for run in (old, new))
    for name in dict.fromkeys((*ours, *theirs)):
        before, after = (facts.get(name, "") for facts in (ours, theirs))
        if before != after:
            yield f"the runs differ in {name}: {_said(before)}, then {_said(after)}"


def _facts(report: RunReport) -> Iterator[tuple[str, object]]:
    """Facts of a run by name, such as `service.version`."""
    for name, value in report.facts.model_dump(exclude=set(OF_EACH_RUN)).items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", fact) for inner, fact in value.items())
        else:
            yield name, value
    yield "generator processes", len(report.generators)


def _said(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value) or "not known"
