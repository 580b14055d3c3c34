"""A service behind an autoscaler, simulated in small steps of time.

Ready pods share the load. Each answers what its CPU limit lets it, and has a short queue; what is more is refused and
lost. The autoscaler sees their CPU late and looks rarely, and a new pod takes its time.
"""

from load_tests.planning.autoscaler import SYNC_EVERY_S, Past, decide
from load_tests.planning.batch import Batch, long_there
from load_tests.planning.course import Course, CourseNotes
from load_tests.planning.situation import Phases, Situation
from load_tests.planning.turns import Turns
from load_tests.planning.utilisation import Look


def simulate(situation: Situation, phases: Phases) -> Course:
    """Let the load meet the service, once."""
    cluster = _Cluster(situation, phases)
    for number, rate_rps in enumerate(situation.rates_rps):
        cluster.step(number * situation.step_s, rate_rps)
    return cluster.notes.course()


class _Cluster:
    """The state of a simulation."""

    def __init__(self, situation: Situation, phases: Phases) -> None:
        self._situation = situation
        self._autoscaling = situation.autoscaling
        self._wanted = situation.replicas_at_first
        self._batches = [long_there(self._wanted, phases.kubelet * self._autoscaling.measured_every_s)]
        self._turns = Turns(situation.share_after_s, situation.step_s, self._wanted)
        self._past = Past()
        self._synced_s = phases.controller * SYNC_EVERY_S
        self._scraped_s = phases.metrics_server * self._autoscaling.metrics_every_s
        answers_rps = situation.size.answers_rps(situation.replica)
        self._answers = answers_rps * situation.step_s
        self._queue = answers_rps * situation.waits_s if situation.waits_s else 0.0
        self.notes = CourseNotes(situation.rises_s, situation.step_s)

    def step(self, now_s: float, rate_rps: float) -> None:
        """Let everybody look whose turn it is, and then the load come."""
        self._measure(now_s)
        if self._synced_s <= now_s:
            self._sync(now_s)
            self._synced_s += SYNC_EVERY_S
        ready = self._ready(now_s)
        lost = self._serve(ready, rate_rps)
        count = sum(batch.count for batch in ready)
        if count < self._situation.needs(rate_rps):
            self.notes.strain(rate_rps * self._situation.step_s)
        self.notes.step(now_s, self._wanted, count, lost)

    def _measure(self, now_s: float) -> None:
        for batch in self._batches:
            batch.measure(now_s, self._autoscaling.measured_every_s)
        if self._scraped_s <= now_s:
            for batch in self._batches:
                batch.metrics.scrape()
            self._scraped_s += self._autoscaling.metrics_every_s

    def _sync(self, now_s: float) -> None:
        pods = [batch.seen(now_s) for batch in self._batches for _ in range(batch.count)]
        decision = decide(Look(now_s, pods, self._wanted), self._situation.size, self._autoscaling, self._past)
        if decision.wanted > self._wanted:
            ready_s = now_s + self._autoscaling.start_s
            self._batches.append(Batch(decision.wanted - self._wanted, now_s, ready_s, measured_s=now_s))
        else:
            self._take_away(self._wanted - decision.wanted)
        self._wanted, self._past = decision.wanted, decision.past

    def _take_away(self, count: int) -> None:
        """The newest first, as `ActivePodsWithRanks` in kubernetes pkg/controller/controller_utils.go sorts them."""
        while count:
            newest = self._batches[-1]
            taken = min(count, newest.count)
            newest.count -= taken
            count -= taken
            if not newest.count:
                self._batches.pop()

    def _ready(self, now_s: float) -> list[Batch]:
        """Those that requests go to; of new ones it is noted since when."""
        ready = [batch for batch in self._batches if batch.ready_s <= now_s]
        for batch in ready:
            if batch.turns_when_ready > self._turns.now:
                batch.turns_when_ready = self._turns.now
                self.notes.new_replica(batch.ready_s)
        return ready

    def _serve(self, ready: list[Batch], rate_rps: float) -> float:
        """Deal the requests of a step to the pods; the number that was lost."""
        step_s, replica = self._situation.step_s, self._situation.replica
        shares = [self._turns.share(batch.turns_when_ready) for batch in ready]
        weights = sum(batch.count * share for batch, share in zip(ready, shares, strict=True))
        each = rate_rps * step_s / weights
        self._turns.advance(sum(batch.count for batch in ready))
        return sum(
            batch.count * batch.serve(share * each, self._answers, self._queue, replica, step_s)
            for batch, share in zip(ready, shares, strict=True)
        )
