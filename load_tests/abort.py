"""Ending a hopeless run early: looks at what is known so far, strict enough that looking often deceives nobody.

Whoever looks at a test again and again, and stops when it shows what they look for, finds it far too often. The risk
that the scenario's confidence leaves is therefore halved for the objectives of stages with `abort: true`: one half is
kept for the verdict at the end, the other is divided among all looks that are planned (Bonferroni).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from load_tests.demands import JudgedDemand
from load_tests.judgement import Judgement, Verdict, judge_demand
from load_tests.objectives import ThroughputObjective
from load_tests.quantities import format_share
from load_tests.tally import StageCounts

LOOK_EVERY_S = 1.0


def broken_already(
    demands: Sequence[JudgedDemand], stages: Mapping[str, StageCounts], stage: str, confidence: float
) -> Judgement | None:
    """The first objective that is proven broken while `stage` is run, by all that has ended; None if none is.

    What is still without an answer is slower than what has ended, so that a look sees too few bad requests rather than
    too many.
    """
    for demand in demands:
        here = next((window for window in demand.windows if window.name == stage), None)
        if here is None or not here.aborts or isinstance(demand.objective, ThroughputObjective):
            continue
        known = [stages[window.name] for window in demand.windows]
        needed = confidence_of_a_look(demand, confidence)
        judgement = judge_demand(demand, known, to_keep=confidence, to_break=needed)
        if judgement.verdict is Verdict.FAIL:
            proof = f"{judgement.evidence}, proven early at {format_share(needed)} confidence"
            return replace(judgement, evidence=proof)
    return None


def confidence_of_a_look(demand: JudgedDemand, confidence: float) -> float:
    """How sure each of the planned looks has to be for all together to be as sure as half the risk allows."""
    looks = sum(math.ceil(window.judged_s / LOOK_EVERY_S) for window in demand.windows if window.aborts)
    return 1 - (1 - confidence) / 2 / max(1, looks)


def confidence_at_the_end(demand: JudgedDemand, confidence: float) -> float:
    """How sure the end of a run has to be of a broken objective: surer where there were looks before."""
    return 1 - (1 - confidence) / 2 if demand.aborts else confidence
