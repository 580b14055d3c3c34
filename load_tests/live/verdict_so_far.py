"""A run as it stands: each objective with the verdict so far, and whether what is still to come can settle it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Self

from load_tests.judging import binomial
from load_tests.judging.abort import confidence_at_the_end
from load_tests.judging.judgement import Judgement, Verdict, judge_demand, worst
from load_tests.judging.record import RunRecord
from load_tests.judging.trust import dropping
from load_tests.live.live_report import LiveGenerators, LiveObjective, LiveReport, State
from load_tests.recording.generator_health import Generator
from load_tests.recording.tally import StageTally
from load_tests.specification.demands import JudgedDemand
from load_tests.specification.objectives import LatencyObjective, NoErrorObjective, ThroughputObjective
from load_tests.specification.quantities import format_duration
from load_tests.specification.scenario import Scenario

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


def report_so_far(record: RunRecord, now_s: float) -> LiveReport:
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
    return report_so_far(RunRecord(scenario, lambda: NOT_BEGUN_S), NOT_BEGUN_S)


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
