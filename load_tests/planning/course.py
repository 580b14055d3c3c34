"""What came of a simulation, written down step by step."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Course:
    """What came of it. The columns have one entry a step."""

    at_s: tuple[float, ...]
    wanted: tuple[int, ...]
    ready: tuple[int, ...]
    lost: float
    """Requests that were refused, over the whole run."""
    replica_s: float
    """Seconds of pods that were there, ready or not: what it costs."""
    first_new_replica_s: float | None
    """From the rise until a new pod was ready; None if none was."""
    lost_until_s: float | None
    """From the rise until nothing more was lost: 0 if nothing was, None if that had no end."""
    strained: float = 0.0
    """Requests that came while too few replicas were ready to keep the objectives, the lost ones among them."""

    @property
    def final_replicas(self) -> int:
        """Pods ready at the end."""
        return self.ready[-1]


class CourseNotes:
    """Takes notes of a simulation."""

    NONE = 1e-6
    """Fewer requests than this were lost by rounding."""

    def __init__(self, rises_s: float, step_s: float) -> None:
        self._rises_s, self._step_s = rises_s, step_s
        self._steps: list[tuple[float, int, int, float]] = []
        self._strained = 0.0
        self._first_new_s: float | None = None

    def new_replica(self, ready_s: float) -> None:
        """A pod became ready."""
        if self._first_new_s is None and ready_s >= self._rises_s:
            self._first_new_s = ready_s - self._rises_s

    def strain(self, requests: float) -> None:
        """Requests came that are more than the ready ones can take and keep the objectives."""
        self._strained += requests

    def step(self, at_s: float, wanted: int, ready: int, lost: float) -> None:
        """A step is over."""
        self._steps.append((at_s, wanted, ready, lost))

    def course(self) -> Course:
        """All of it."""
        at_s, wanted, ready, lost = zip(*self._steps, strict=True)
        return Course(
            at_s=at_s,
            wanted=wanted,
            ready=ready,
            lost=sum(lost),
            strained=self._strained,
            replica_s=sum(wanted) * self._step_s,
            first_new_replica_s=self._first_new_s,
            lost_until_s=self._lost_until_s(),
        )

    def _lost_until_s(self) -> float | None:
        ends_s = [at_s + self._step_s for at_s, _, _, lost in self._steps if at_s >= self._rises_s and lost > self.NONE]
        if not ends_s:
            return 0.0
        over = ends_s[-1] < self._steps[-1][0] + self._step_s
        return ends_s[-1] - self._rises_s if over else None
