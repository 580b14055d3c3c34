"""Which part of the load a pod gets: an equal part of new connections, and none of those made before it was there."""

from collections import deque


class Turns:
    """Counts the turns that a ready pod has had when a new connection chose one, in seconds of choosing.

    Connections are replaced one after the other, each at the same age. So a pod has, at any time, the turns of the
    time in which the connections of now were made.
    """

    def __init__(self, age_s: float, step_s: float, ready: int) -> None:
        self._age_s, self._step_s = age_s, step_s
        self.now = 0.0
        steps = round(age_s / step_s)
        self._before = deque(-number * step_s / ready for number in range(steps, 0, -1))
        """At the steps in which the connections of now were made, the oldest first."""

    def advance(self, ready: int) -> None:
        """A step passes with so many pods to choose from."""
        self._before.append(self.now)
        self._before.popleft()
        self.now += self._step_s / ready

    def share(self, when_ready: float) -> float:
        """Weight of a pod that became ready at so many turns, beside the same of the others."""
        return self.now - max(self._before[0], when_ready) if self._before else 1.0
