"""What a HorizontalPodAutoscaler on CPU decides at one look: what utilisation asks for, held back by its `behavior`.

After Kubernetes, pkg/controller/podautoscaler/horizontal.go: `reconcileAutoscaler`,
`stabilizeRecommendationWithBehaviors`, `convertDesiredReplicasWithBehaviorRate`,
`calculateScaleUpLimitWithScalingRules` and `calculateScaleDownLimitWithBehaviors`.
"""

import math
from dataclasses import dataclass, replace

from load_tests.planning.sizes import Autoscaling, PodSize
from load_tests.planning.utilisation import Look, recommended

SYNC_EVERY_S = 15.0
"""`--horizontal-pod-autoscaler-sync-period`: how often the controller looks."""
UP_PERIOD_S = 15.0
"""`periodSeconds` of the `scaleUp` policies."""


@dataclass(frozen=True)
class Noted:
    """A number of replicas, and when it was noted."""

    at_s: float
    replicas: int


@dataclass(frozen=True)
class Past:
    """What the controller remembers of an autoscaler between two looks."""

    recommendations: tuple[Noted, ...] = ()
    """Before they were held back."""
    changes: tuple[Noted, ...] = ()
    """Replicas added, or taken away if below 0."""

    def changed_since(self, time_s: float) -> int:
        """Replicas added after a time, less those taken away."""
        return sum(change.replicas for change in self.changes if change.at_s > time_s)


@dataclass(frozen=True)
class Decision:
    """Replicas wanted from now on, and what is remembered of it."""

    wanted: int
    past: Past


def decide(look: Look, size: PodSize, autoscaling: Autoscaling, past: Past) -> Decision:
    """What the controller does about what it finds."""
    now_s, current = look.at_s, look.current
    past = past if past.recommendations else replace(past, recommendations=(Noted(now_s, current),))
    if not autoscaling.least <= current <= autoscaling.most:
        return _changed(current, min(max(current, autoscaling.least), autoscaling.most), past, autoscaling, now_s)
    asked = recommended(look, size, autoscaling)
    if asked is None:
        return Decision(current, past)
    steady = stabilised(asked, current, autoscaling, past, now_s)
    past = replace(past, recommendations=(*past.recommendations, Noted(now_s, asked)))
    return _changed(current, limited(steady, current, autoscaling, past, now_s), past, autoscaling, now_s)


def stabilised(asked: int, current: int, autoscaling: Autoscaling, past: Past, now_s: float) -> int:
    """Fewer replicas only if nothing in the window asked for more; more at once, for `scaleUp` has no window."""
    since_s = now_s - autoscaling.stabilise_down_s
    highest = max([asked, *(noted.replicas for noted in past.recommendations if noted.at_s > since_s)])
    return min(max(current, asked), highest)


def limited(wanted: int, current: int, autoscaling: Autoscaling, past: Past, now_s: float) -> int:
    """No more and no fewer replicas than the policies allow in their periods, and than the autoscaler may have."""
    if wanted > current:
        return min(wanted, autoscaling.most, max(current, _most_up(current, autoscaling, past, now_s)))
    if wanted < current:
        return max(wanted, autoscaling.least, min(current, _most_down(current, autoscaling, past, now_s)))
    return current


def _most_up(current: int, autoscaling: Autoscaling, past: Past, now_s: float) -> int:
    """Most replicas that `scaleUp` allows, reckoned from how many there were when its period began."""
    before = current - past.changed_since(now_s - UP_PERIOD_S)
    return max(before + autoscaling.most_up_pods, math.ceil(before * (1 + autoscaling.most_up_share)))


def _most_down(current: int, autoscaling: Autoscaling, past: Past, now_s: float) -> int:
    """Fewest replicas that `scaleDown` allows."""
    before = current - past.changed_since(now_s - autoscaling.most_down_every_s)
    return int(before * (1 - autoscaling.most_down_share))


def _changed(current: int, wanted: int, past: Past, autoscaling: Autoscaling, now_s: float) -> Decision:
    """Remember a change, and no more than still counts."""
    changes = past.changes if wanted == current else (*past.changes, Noted(now_s, wanted - current))
    periods_s = max(UP_PERIOD_S, autoscaling.most_down_every_s)
    kept = Past(
        recommendations=_after(now_s - autoscaling.stabilise_down_s, past.recommendations),
        changes=_after(now_s - periods_s, changes),
    )
    return Decision(wanted, kept)


def _after(time_s: float, noted: tuple[Noted, ...]) -> tuple[Noted, ...]:
    """What was noted after a time; the newest always, so that an autoscaler that has looked is no new one."""
    return tuple(one for one in noted[:-1] if one.at_s > time_s) + noted[-1:]
