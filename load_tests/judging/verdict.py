"""The verdict on a run: pure functions from a measurement and its demands to PASS, FAIL, INCONCLUSIVE or INVALID."""

from collections.abc import Sequence
from dataclasses import dataclass

from load_tests.judging.abort import confidence_at_the_end
from load_tests.judging.judgement import Judgement, Verdict, judge_demand, worst
from load_tests.judging.measurement import Measurement
from load_tests.judging.trust import reasons_for_distrust
from load_tests.specification.demands import JudgedDemand, judged_demands
from load_tests.specification.quantities import format_share
from load_tests.specification.scenario import Scenario
from load_tests.specification.timeline import timeline_of


@dataclass(frozen=True)
class Told:
    """A judged objective as far as it is told of."""

    where: str
    title: str
    verdict: Verdict
    evidence: str


@dataclass(frozen=True)
class RunVerdict:
    """The verdict on a whole run, and why."""

    verdict: Verdict
    reason: str
    """One sentence."""
    invalid_because: tuple[str, ...]
    judgements: tuple[Judgement, ...]


def judge(scenario: Scenario, measurement: Measurement) -> RunVerdict:
    """Judge every objective of the scenario, and whether the measurement can be trusted at all."""
    timeline = timeline_of(scenario)
    demands = judged_demands(scenario, timeline)
    invalid = tuple(reasons_for_distrust(measurement, timeline, demands, scenario.load.timeout))
    stages = {stage.window.name: stage for stage in measurement.stages}
    judgements = tuple(
        _broken_early(demand, measurement)
        or judge_demand(
            demand,
            [stages[window.name] for window in demand.windows],
            to_keep=scenario.confidence,
            to_break=confidence_at_the_end(
                demand, scenario.confidence, ended_early=measurement.broken_early is not None
            ),
        )
        for demand in demands
    )
    verdict = Verdict.INVALID if invalid else worst(judgement.verdict for judgement in judgements)
    told = [Told(one.where, one.objective.title, one.verdict, one.evidence) for one in judgements]
    return RunVerdict(verdict, sentence(verdict, invalid, told, scenario.confidence), invalid, judgements)


def _broken_early(demand: JudgedDemand, measurement: Measurement) -> Judgement | None:
    """What ended the run early, if it was this objective: what came in afterwards does not unmake the proof."""
    early = measurement.broken_early
    return early if early and (early.where, early.objective) == (demand.where, demand.objective) else None


def sentence(verdict: Verdict, invalid: Sequence[str], judged: Sequence[Told], confidence: float) -> str:
    """Why the verdict is what it is."""
    if invalid:
        return invalid[0] + (f" (and {len(invalid) - 1} more)" if len(invalid) > 1 else "")
    if verdict is Verdict.PASS:
        return f"{len(judged)} of {len(judged)} objectives kept, at {format_share(confidence)} confidence"
    against = [one for one in judged if one.verdict is verdict]
    first = against[0]
    others = f" (and {len(against) - 1} more)" if len(against) > 1 else ""
    kept = "is broken" if verdict is Verdict.FAIL else "is not proven"
    return f"{first.where}: {first.title} {kept}: {first.evidence}{others}"
