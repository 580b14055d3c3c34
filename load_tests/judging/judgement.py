"""What one objective came to: PASS, FAIL or INCONCLUSIVE, from counts of requests."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from load_tests.judging import binomial
from load_tests.recording.tally import RequestCounts, StageCounts
from load_tests.specification.demands import JudgedDemand
from load_tests.specification.objectives import (
    ErrorObjective,
    GoodputObjective,
    LatencyObjective,
    NoErrorObjective,
    Objective,
    ProportionObjective,
    ThroughputObjective,
)
from load_tests.specification.quantities import format_duration, format_share

USAGE_ERROR = 2
"""Exit code of a command that was used wrongly, or crashed, and so came to no verdict."""


class Verdict(StrEnum):
    """What a run proves."""

    PASS = "PASS"  # noqa: S105 (no password)
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    INVALID = "INVALID"

    @property
    def exit_code(self) -> int:
        """Exit code of the command that ran the load test; none of them is `USAGE_ERROR`."""
        return {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 3, Verdict.INVALID: 4}[self]


@dataclass(frozen=True)
class Judgement:
    """One objective, judged."""

    where: str
    objective: Objective
    verdict: Verdict
    n: int
    """Requests due."""
    bad: int
    """Requests that count against the objective (of a throughput objective: that were not answered correctly)."""
    evidence: str
    """What was seen and what it proves, in a few words."""


def judge_demand(demand: JudgedDemand, stages: Sequence[StageCounts], to_keep: float, to_break: float) -> Judgement:
    """Judge one objective over the stages it is about, by all of their requests or by those known so far.

    `to_keep` and `to_break` are the confidences that it takes to prove the objective kept, and to prove it broken.
    """
    objective = demand.objective
    due = sum(stage.due for stage in stages)
    if isinstance(objective, ThroughputObjective):
        return _judge_throughput(demand, objective, stages, due)
    bad = sum(bad_requests(objective, stage) for stage in stages)
    if not due:
        verdict, evidence = Verdict.INCONCLUSIVE, "no request was due"
    elif isinstance(objective, NoErrorObjective):
        verdict = Verdict.FAIL if bad else Verdict.PASS
        evidence = f"{bad} of {due} went wrong"
    else:
        verdict, evidence = _judge_proportion(bad, due, objective.allowed, to_keep, to_break)
    return Judgement(demand.where, objective, verdict, due, bad, evidence)


def bad_requests(objective: ProportionObjective | NoErrorObjective, requests: RequestCounts) -> int:
    """Those of the requests that count against an objective."""
    match objective:
        case LatencyObjective():
            return requests.due - requests.correct + requests.slower_than(objective.threshold_s)
        case ErrorObjective() | NoErrorObjective():
            return requests.failed
        case GoodputObjective():
            return requests.due - requests.correct


def _judge_proportion(bad: int, due: int, allowed: float, to_keep: float, to_break: float) -> tuple[Verdict, str]:
    seen = f"{bad} of {due} bad"
    if binomial.proves_kept(bad, due, allowed, to_keep):
        proven = format_share(binomial.upper_limit(bad, due, to_keep))
        return Verdict.PASS, f"{seen}, so at most {proven} are ({format_share(allowed)} allowed)"
    if binomial.proves_broken(bad, due, allowed, to_break):
        return Verdict.FAIL, f"{seen}, more than the {format_share(allowed)} allowed"
    settle = _what_would_settle(binomial.requests_to_settle(bad, due, allowed, to_keep, to_break))
    return Verdict.INCONCLUSIVE, f"{seen} ({format_share(allowed)} allowed): {settle}"


def _what_would_settle(more: int | None) -> str:
    if more is None:
        return "too close to what is allowed to be settled"
    return "1 more request would settle it" if more == 1 else f"{more} more requests would settle it"


def _judge_throughput(
    demand: JudgedDemand, objective: ThroughputObjective, stages: Sequence[StageCounts], due: int
) -> Judgement:
    correct = sum(stage.correct for stage in stages)
    measured_s = sum(stage.measured_s for stage in stages)
    seen_rps = correct / measured_s if measured_s else 0.0
    evidence = f"{correct} correct answers in {format_duration(measured_s)}: {seen_rps:.3g}/s"
    if measured_s < demand.judged_s:
        verdict = Verdict.INCONCLUSIVE
    else:
        verdict = Verdict.PASS if seen_rps >= objective.at_least_rps * (1 - 1e-9) else Verdict.FAIL
    return Judgement(demand.where, objective, verdict, due, due - correct, evidence)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on several at once: INVALID before FAIL before INCONCLUSIVE before PASS."""
    order = (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL, Verdict.INVALID)
    return max(verdicts, key=order.index)
