"""What chance makes of a simulation: when controller, metrics server and kubelet look is nobody's choice."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from load_tests.planning.course import Course
from load_tests.planning.simulation import simulate
from load_tests.planning.situation import Phases, Situation

LOOKS = 5
"""Phases of each of the three that are tried: all of them together."""


@dataclass(frozen=True)
class Spread:
    """A figure over all phases; None where what it tells of never happens."""

    least: float | None
    median: float | None
    most: float | None

    def holds(self, figure: float) -> bool:
        """Whether a measured figure lies in it."""
        return (self.least is not None and self.least <= figure) and (self.most is None or figure <= self.most)


@dataclass(frozen=True)
class Chances:
    """What came of a situation over all phases: the figures of `Course`, and one course to draw."""

    first_new_replica_s: Spread
    lost_until_s: Spread
    lost: Spread
    strained: Spread
    replica_s: Spread
    final_replicas: Spread
    typical: Course
    """That which lost the median."""


def over_phases(situation: Situation, looks: int = LOOKS) -> Chances:
    """Simulate a situation at an even grid of phases."""
    return chances_of([simulate(situation, phases) for phases in grid(looks)])


def grid(looks: int) -> list[Phases]:
    """Evenly spread phases, `looks` for each of the three."""
    if looks < 1:
        raise ValueError(f"{looks} looks: at least 1 is needed")
    parts = [(number + 0.5) / looks for number in range(looks)]
    return [Phases(*three) for three in product(parts, repeat=3)]


def chances_of(courses: Sequence[Course]) -> Chances:
    """Put together what came of each."""
    by_loss = sorted(courses, key=lambda course: course.lost)
    return Chances(
        first_new_replica_s=_spread(courses, lambda course: course.first_new_replica_s),
        lost_until_s=_spread(courses, lambda course: course.lost_until_s),
        lost=_spread(courses, lambda course: course.lost),
        strained=_spread(courses, lambda course: course.strained),
        replica_s=_spread(courses, lambda course: course.replica_s),
        final_replicas=_spread(courses, lambda course: course.final_replicas),
        typical=by_loss[(len(by_loss) - 1) // 2],
    )


def _spread(courses: Sequence[Course], figure: Callable[[Course], float | None]) -> Spread:
    """Least, lower median and most; never comes after all that happens."""
    figures = sorted((figure(course) for course in courses), key=lambda one: math.inf if one is None else one)
    return Spread(figures[0], figures[(len(figures) - 1) // 2], figures[-1])
