"""Scaling objectives, judged: pure functions from what came of a load step to PASS, FAIL or INCONCLUSIVE."""

from collections.abc import Iterator
from dataclasses import dataclass

from load_tests.cluster.effects import Effects, PodShare
from load_tests.judging.judgement import Verdict
from load_tests.specification.quantities import format_duration, format_share
from load_tests.specification.scaling import BACK_FOR_S, SHARED_AFTER_S, Scaling

MOST_BLIND_S = 15.0
"""If nothing was seen for longer, what was not seen may have happened."""


@dataclass(frozen=True)
class ScalingJudgement:
    """One objective, judged."""

    objective: str
    verdict: Verdict
    evidence: str


def judge_scaling(scaling: Scaling, effects: Effects, blind_s: float) -> Iterator[ScalingJudgement]:
    """Judge every objective that there is; `blind_s` is how long nothing was seen of the cluster."""
    for key, title in scaling.titles.items():
        verdict, evidence = _judge(key, scaling, effects)
        if verdict is Verdict.FAIL and key in ("ready", "first_new_pod", "balance") and blind_s > MOST_BLIND_S:
            verdict = Verdict.INCONCLUSIVE
            evidence = f"{evidence}, but for {format_duration(blind_s)} the cluster was not seen"
        yield ScalingJudgement(title, verdict, evidence)


def _judge(key: str, scaling: Scaling, effects: Effects) -> tuple[Verdict, str]:
    match key:
        case "ready":
            return _kept(effects.most_ready >= (scaling.ready or 0)), f"at most {effects.most_ready} were ready"
        case "first_new_pod":
            return _in_time(effects.first_new_pod_s, scaling.first_new_pod or 0.0), said_first(effects)
        case "recovery" if effects.left_slo is None:
            return Verdict.INCONCLUSIVE, said_back(effects)
        case "recovery":
            return _in_time(effects.back_s, scaling.recovery or 0.0), said_back(effects)
        case "lost":
            return _kept(effects.lost <= (scaling.lost or 0)), f"{effects.lost} went without a right answer"
        case _:
            return _judge_balance(effects.shares, scaling.balance or 0.0)


def _kept(is_kept: bool) -> Verdict:
    return Verdict.PASS if is_kept else Verdict.FAIL


def _in_time(came_s: float | None, at_most_s: float) -> Verdict:
    return _kept(came_s is not None and came_s <= at_most_s)


def _judge_balance(shares: tuple[PodShare, ...], tolerance: float) -> tuple[Verdict, str]:
    if not shares:
        return Verdict.INCONCLUSIVE, f"no new pod was there for long enough after its first {SHARED_AFTER_S:g} s"
    return _kept(all(abs(share.ratio - 1) <= tolerance for share in shares)), said_balance(shares)


def said_first(effects: Effects) -> str:
    """When the first new pod was ready."""
    if effects.first_new_pod_s is None:
        return "there was no new pod"
    return f"the first new pod was ready after {format_duration(effects.first_new_pod_s)}"


def said_back(effects: Effects) -> str:
    """When the service was back inside its SLO."""
    if effects.left_slo is None:
        return f"whether the service left its SLO takes {BACK_FOR_S:g} s of load and a latency objective to be seen"
    if not effects.left_slo:
        return "the service was never outside its SLO"
    if effects.back_s is None:
        return "the service did not come back inside its SLO"
    return f"the service was back inside its SLO after {format_duration(effects.back_s)}"


def said_balance(shares: tuple[PodShare, ...]) -> str:
    """How far the shares are from fair ones."""
    if not shares:
        return "no new pod was there for long enough to judge its share"
    least, most = min(share.ratio for share in shares), max(share.ratio for share in shares)
    pods = "1 new pod" if len(shares) == 1 else f"{len(shares)} new pods"
    return f"{pods} took {format_share(least)} to {format_share(most)} of a fair share"
