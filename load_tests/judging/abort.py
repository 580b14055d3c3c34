"""Ending a hopeless run early: looks at what is known so far, strict enough that looking often deceives nobody.

Whoever looks at a test again and again, and stops when it shows what they look for, finds it far too often. The risk
that the scenario's confidence leaves is therefore halved for the objectives of stages with `abort: true`: one half is
kept for the verdict at the end, the other is divided among all looks that are planned (Bonferroni).

What is known of a run under way is not a fair sample either: where errors come at once and right answers take their
time, the first to be known are the errors. A look therefore takes all requests that may still be without an answer for
good ones.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from load_tests.judging.judgement import Judgement, Verdict, judge_demand
from load_tests.recording.tally import StageCounts
from load_tests.specification.demands import JudgedDemand
from load_tests.specification.objectives import NoErrorObjective
from load_tests.specification.quantities import format_share
from load_tests.specification.scenario import Scenario
from load_tests.specification.timeline import Window

LOOK_EVERY_S = 1.0


@dataclass(frozen=True)
class Unanswered:
    """Requests that may be without an answer, taken for good ones: the counts of a stage to be judged with others."""

    due: int
    failed: int = 0
    measured_s: float = 0.0

    @property
    def correct(self) -> int:
        """All of them."""
        return self.due

    def slower_than(self, _threshold_s: float) -> int:
        """None of them."""
        return 0


def broken_already(
    demands: Sequence[JudgedDemand], stages: Mapping[str, StageCounts], now_s: float, scenario: Scenario
) -> Judgement | None:
    """The first objective that is proven broken in the judged part of a stage with `abort: true`; None if none is."""
    for demand in demands:
        if not any(window.aborts and window.judged_from_s <= now_s < window.ends_s for window in demand.windows):
            continue
        needed = confidence_of_a_look(demand, scenario.confidence)
        known = [stages[window.name] for window in demand.windows]
        unanswered = Unanswered(sum(most_unanswered(window, now_s, scenario.load.timeout) for window in demand.windows))
        if judge_demand(demand, [*known, unanswered], scenario.confidence, needed).verdict is Verdict.FAIL:
            seen = judge_demand(demand, known, scenario.confidence, needed)
            return seen if isinstance(demand.objective, NoErrorObjective) else _proven_early(seen, needed)
    return None


def _proven_early(judgement: Judgement, confidence: float) -> Judgement:
    risk = format_share(1 - confidence)
    return replace(judgement, evidence=f"{judgement.evidence}, proven early at a risk of {risk}")


def most_unanswered(window: Window, now_s: float, timeout_s: float) -> int:
    """Requests due in the judged part of a stage that may be without an answer: all have one after the timeout."""
    waiting_s = min(window.ends_s, now_s) - max(window.judged_from_s, now_s - timeout_s)
    if waiting_s <= 0:
        return 0
    return window.users or math.ceil(window.offered_rps * waiting_s)


def confidence_of_a_look(demand: JudgedDemand, confidence: float) -> float:
    """How sure each of the planned looks has to be for all together to be as sure as half the risk allows."""
    looks = sum(math.ceil(window.judged_s / LOOK_EVERY_S) for window in demand.windows if window.aborts)
    return 1 - (1 - confidence) / 2 / max(1, looks)


def confidence_at_the_end(demand: JudgedDemand, confidence: float, *, ended_early: bool) -> float:
    """How sure the end of a run has to be of a broken objective: surer where there were looks before.

    The end of a run that was ended early is one more look: it was not chosen without regard to what had been seen.
    """
    if not demand.aborts:
        return confidence
    return confidence_of_a_look(demand, confidence) if ended_early else 1 - (1 - confidence) / 2
