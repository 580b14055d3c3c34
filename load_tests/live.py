"""A run as it stands: each objective with the verdict so far, and whether what is still to come can settle it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from load_tests import binomial
from load_tests.abort import confidence_at_the_end
from load_tests.demands import JudgedDemand
from load_tests.generator_health import Generator
from load_tests.judgement import Judgement, Verdict, judge_demand, worst
from load_tests.objectives import LatencyObjective, NoErrorObjective, ThroughputObjective
from load_tests.quantities import format_duration
from load_tests.record import RunRecord
from load_tests.report.objective_report import ObjectiveReport
from load_tests.report.run_report import RunReport
from load_tests.scenario import Scenario
from load_tests.tally import StageTally
from load_tests.trust import dropping

NOT_BEGUN_S = -1.0
"""A time before the beginning of a run."""


@dataclass(frozen=True)
class Seen:
    """What is known of all stages that an objective is judged over, together."""

    due: int
    correct: int
    failed: int
    slower: int
    measured_s: float

    @classmethod
    def of(cls, demand: JudgedDemand, known: Mapping[str, StageTally]) -> Self:
        """Add up the running counts."""
        stages = [known[window.name] for window in demand.windows]
        threshold_s = demand.objective.threshold_s if isinstance(demand.objective, LatencyObjective) else 0.0
        return cls(
            due=sum(stage.due for stage in stages),
            correct=sum(stage.correct for stage in stages),
            failed=sum(stage.failed for stage in stages),
            slower=sum(stage.slower_than(threshold_s) for stage in stages) if threshold_s else 0,
            measured_s=sum(stage.measured_s for stage in stages),
        )

    def slower_than(self, _threshold_s: float) -> int:
        """Correct answers that came later than the threshold of the objective."""
        return self.slower


class State(StrEnum):
    """Where in time a run or an objective is."""

    TO_COME = "to come"
    RUNNING = "running"
    OVER = "over"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LiveObjective(_Part):
    """One objective as it stands."""

    where: str = Field(description="The stage it is judged over, or `run`.")
    objective: str
    state: State
    due: int = Field(description="Requests that have ended, of those it is judged by.")
    bad: int
    verdict: Verdict | None = Field(description="What these alone would prove; null without a request.")
    evidence: str
    to_settle: int | None = Field(description="More requests that would settle it; null if none would, or time will.")
    to_come: int = Field(description="Requests still to be expected.")
    can_be_settled: bool = Field(description="Whether these are enough, if bad ones go on as often as so far.")


class LiveGenerators(_Part):
    """The processes that offer load, as of their last samples."""

    cpu_share: float = Field(description="Of the CPU it may use, of the busiest process.")
    latest_ms: float = Field(description="Longest delay from due to sent.")
    in_flight: int
    dropped: int = Field(description="Requests of judged stages that were never sent.")


class LiveReport(_Part):
    """A run as it stands; times are seconds since it began."""

    scenario: str
    state: State
    final: bool = Field(description="Whether this is the verdict of a run that is over, and no longer one so far.")
    verdict: Verdict | None = Field(description="On all objectives together; null before the first request.")
    reason: str = Field(description="Of a final verdict, in one sentence.")
    now_s: float
    ends_s: float
    stage: str = Field(description="The one that is run now; empty if none is.")
    due: int = Field(description="Requests of judged stages that have ended.")
    bad: int = Field(description="Those that were not answered correctly.")
    generators: LiveGenerators | None = Field(description="Null if no run is under way.")
    distrust: tuple[str, ...] = Field(description="Why the measurement cannot be trusted, as far as it is seen by now.")
    objectives: tuple[LiveObjective, ...]


def live_report(record: RunRecord, now_s: float) -> LiveReport:
    """A run at a time, from its running counts alone: it takes as long after a million requests as after one."""
    known = record.tally.look(now_s)
    judged = [stage for stage in known.values() if stage.window.judged]
    objectives = tuple(_objective(demand, known, record, now_s) for demand in record.demands)
    distrust = tuple(_distrust(record, judged))
    state = _state(0.0, record.ends_s, now_s)
    due = sum(stage.due for stage in judged)
    return LiveReport(
        scenario=record.scenario.name,
        state=state,
        final=False,
        verdict=_verdict_so_far(objectives, distrust) if due or distrust else None,
        reason="",
        now_s=max(0.0, min(now_s, record.ends_s)),
        ends_s=record.timeline.ends_s,
        stage=record.timeline.at(now_s).name if state is State.RUNNING else "",
        due=due,
        bad=due - sum(stage.correct for stage in judged),
        generators=_generators(record.generators, judged) if record.generators else None,
        distrust=distrust,
        objectives=objectives,
    )


def planned(scenario: Scenario) -> LiveReport:
    """What a run of a scenario will be judged by."""
    return live_report(RunRecord(scenario, lambda: NOT_BEGUN_S), NOT_BEGUN_S)


def final_report(report: RunReport) -> LiveReport:
    """A run that is over, in the same form."""
    judged = [stage for stage in report.stages if stage.judged]
    due = sum(stage.due for stage in judged)
    return LiveReport(
        scenario=report.scenario,
        state=State.OVER,
        final=True,
        verdict=report.verdict,
        reason=report.reason,
        now_s=report.ended_after_s,
        ends_s=max(stage.ends_s for stage in report.stages),
        stage="",
        due=due,
        bad=due - sum(stage.correct for stage in judged),
        generators=None,
        distrust=report.invalid_because,
        objectives=tuple(_final_objective(row) for row in report.judged),
    )


def _final_objective(row: ObjectiveReport) -> LiveObjective:
    return LiveObjective(
        where=row.where,
        objective=row.objective,
        state=State.OVER,
        due=row.due,
        bad=row.bad,
        verdict=row.verdict,
        evidence=row.evidence,
        to_settle=None,
        to_come=0,
        can_be_settled=False,
    )


def _state(begins_s: float, ends_s: float, now_s: float) -> State:
    if now_s < begins_s:
        return State.TO_COME
    return State.RUNNING if now_s < ends_s else State.OVER


def _objective(demand: JudgedDemand, known: Mapping[str, StageTally], record: RunRecord, now_s: float) -> LiveObjective:
    """One objective by the requests that have ended, judged as they would be if no more were to come."""
    judgement, to_settle = _judged(demand, Seen.of(demand, known), record.scenario.confidence)
    state = _state(demand.windows[0].begins_s, min(demand.windows[-1].ends_s, record.ends_s), now_s)
    to_come = _to_come(demand, now_s) if record.offering else 0
    unknown = not judgement.n and state is not State.OVER
    return LiveObjective(
        where=demand.where,
        objective=demand.objective.title,
        state=state,
        due=judgement.n,
        bad=judgement.bad,
        verdict=None if unknown else judgement.verdict,
        evidence=_plan(demand, to_settle) if unknown else judgement.evidence,
        to_settle=to_settle,
        to_come=to_come,
        can_be_settled=to_settle is not None and to_settle <= to_come,
    )


@lru_cache(maxsize=4096)
def _judged(demand: JudgedDemand, seen: Seen, confidence: float) -> tuple[Judgement, int | None]:
    """The judgement on what is known, and how many more requests would settle it; kept for the stages that are over."""
    to_break = confidence_at_the_end(demand, confidence, ended_early=False)
    judgement = judge_demand(demand, [seen], confidence, to_break)
    if isinstance(demand.objective, ThroughputObjective | NoErrorObjective):
        return judgement, None
    if judgement.verdict is not Verdict.INCONCLUSIVE:
        return judgement, 0
    allowed = demand.objective.allowed
    return judgement, binomial.requests_to_settle(judgement.bad, judgement.n, allowed, confidence, to_break)


def _to_come(demand: JudgedDemand, now_s: float) -> int:
    """Requests that are still to be due, on average."""
    left = (
        window.offered_rps * max(0.0, window.ends_s - max(now_s, window.judged_from_s)) for window in demand.windows
    )
    return round(sum(left))


def _plan(demand: JudgedDemand, to_settle: int | None) -> str:
    planned = f"about {demand.expected_requests:,.0f} are planned"
    match demand.objective:
        case ThroughputObjective():
            return f"over {format_duration(demand.judged_s)}; {planned}"
        case NoErrorObjective():
            return f"all that are due; {planned}"
        case _:
            return f"{to_settle:,} requests will be needed, {planned}"


def _distrust(record: RunRecord, judged: Sequence[StageTally]) -> chain[str]:
    """What would make the run INVALID, as far as it is known without going through all requests."""
    stopped = [f"the run is being stopped by {record.stopped_by}"] if record.stopped_by else []
    errors = (f"the load generator failed: {error}" for error in record.errors)
    return chain(errors, stopped, *(dropping(stage) for stage in judged))


def _verdict_so_far(objectives: Sequence[LiveObjective], distrust: Sequence[str]) -> Verdict:
    """The verdict if the run ended now; an objective without a request is unproven."""
    if distrust:
        return Verdict.INVALID
    return worst(objective.verdict or Verdict.INCONCLUSIVE for objective in objectives)


def _generators(generators: Sequence[Generator], judged: Sequence[StageTally]) -> LiveGenerators:
    logs = [generator for generator in generators if generator.health.at_s]
    return LiveGenerators(
        cpu_share=max((generator.health.cores[-1] / generator.cores for generator in logs), default=0.0),
        latest_ms=1000 * max((generator.health.latest_s[-1] for generator in logs), default=0.0),
        in_flight=sum(generator.in_flight for generator in generators),
        dropped=sum(stage.dropped for stage in judged),
    )
