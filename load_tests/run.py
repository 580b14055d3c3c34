"""One run of a scenario: its clock, its schedule, its payloads and its records, shared by all users."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from load_tests.arrivals import PacedUser, open_arrivals
from load_tests.generator_health import CpuLog, PauseLog
from load_tests.measurement import GeneratorHealth, Measurement, measure_stages
from load_tests.outcomes import Recorder
from load_tests.payloads.deck import Deck, Payload
from load_tests.scenario import Scenario
from load_tests.timeline import Timeline, timeline_of

GRACE_S = 1.0
"""How much longer than the timeout the run waits for what is still in flight at its end."""


@dataclass
class LoadRun:
    """State of one run; `start` sets its clock to zero."""

    scenario: Scenario
    deck: Deck
    clock: Callable[[], float] = time.perf_counter
    cpu_clock: Callable[[], float] = time.process_time
    stopped_by: str = ""
    """The signal that ended the run, if one did."""
    generator_errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.timeline: Timeline = timeline_of(self.scenario)
        self.recorder = Recorder(self.now_s)
        self.cpu = CpuLog(self.now_s, self.cpu_clock)
        self.pauses = PauseLog()
        self.all_offered = self.scenario.load.arrivals.wait_for_answers
        self._phases = random.Random(self.scenario.load.seed)
        self._payloads = self.deck.deal()
        self._ended_s: float | None = None
        self._began = self.clock()

    def start(self) -> None:
        """Start the clock."""
        self._began = self.clock()

    def now_s(self) -> float:
        """Seconds since the run began."""
        return self.clock() - self._began

    def next_payload(self) -> Payload:
        """The next request to send, whoever sends it."""
        return next(self._payloads)

    def open_arrivals(self) -> Iterator[float]:
        """Due times of all requests of an open run, the same ones at every call."""
        return open_arrivals(self.scenario, self.timeline)

    def new_user(self) -> PacedUser:
        """The schedule of one more closed user."""
        return PacedUser(self.timeline, phase=self._phases.random())

    @property
    def offering(self) -> bool:
        """Whether what is due is to be sent: the run was not stopped."""
        return self._ended_s is None

    @property
    def over(self) -> bool:
        """Whether all has been sent and answered, or waited for as long as it may take."""
        ends_s = self.timeline.ends_s
        done = self.all_offered and not self.recorder.in_flight
        return self.now_s() >= (ends_s if done else ends_s + self.patience_s)

    @property
    def patience_s(self) -> float:
        """How long requests in flight are waited for when the load has ended."""
        return self.scenario.load.timeout + GRACE_S

    def stop_offering(self) -> None:
        """Send nothing more: the run is over, or is being stopped."""
        if self._ended_s is None:
            self._ended_s = min(self.now_s(), self.timeline.ends_s)

    def measurement(self) -> Measurement:
        """Count what was recorded; what is still in flight is counted as never finished."""
        self.stop_offering()
        self.recorder.abandon()
        ended_s = self._ended_s or 0.0
        health = [
            GeneratorHealth(
                self.cpu.mean_share(window.judged_from_s, window.ends_s),
                self.pauses.within(window.judged_from_s, min(window.ends_s, ended_s)),
            )
            for window in self.timeline.windows
        ]
        return Measurement(
            stages=measure_stages(self.timeline, self.recorder.log, health, ended_s),
            ended_s=ended_s,
            stopped_by=self.stopped_by,
            generator_errors=(*self.generator_errors, *self._unoffered(ended_s)),
        )

    def _unoffered(self, ended_s: float) -> Iterator[str]:
        """Hold the log against the schedule: an open run that lost requests on its own side proves nothing."""
        if not self.scenario.load.arrivals.wait_for_answers and ended_s >= self.timeline.ends_s:
            due = sum(due_s < ended_s for due_s in self.open_arrivals())
            if due > len(self.recorder.log):
                yield f"{due - len(self.recorder.log)} of {due} requests were due and never offered"
