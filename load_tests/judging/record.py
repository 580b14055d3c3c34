"""The record of a run where it is judged: what every process that offers load has told of it."""

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from load_tests.judging.abort import broken_already
from load_tests.judging.floor import Floor
from load_tests.judging.judgement import Judgement
from load_tests.judging.measurement import Measurement, measured_stage
from load_tests.recording.generator_health import Generator
from load_tests.recording.servers import Servers
from load_tests.recording.stoppable_run import StoppableRun
from load_tests.recording.tally import Tally
from load_tests.specification.arrivals import open_arrivals
from load_tests.specification.demands import judged_demands
from load_tests.specification.objectives import LatencyObjective
from load_tests.specification.scenario import Scenario
from load_tests.specification.timeline import Timeline, timeline_of


@dataclass
class RunRecord(StoppableRun):
    """What is known of a run so far, of whichever processes."""

    scenario: Scenario
    now_s: Callable[[], float]
    """Seconds since the run began."""
    stopped_by: str = ""
    """What ended the run early, if something did: `SIGTERM`."""
    broken_early: Judgement | None = None
    """The objective for which the run is ended early, as its scenario wishes."""
    floor: Floor | None = None
    """What the generator alone takes on this machine, if that was measured."""
    errors: list[str] = field(default_factory=list)
    """Of the load generator itself."""
    generators: list[Generator] = field(default_factory=list)
    details: Counter[str] = field(default_factory=Counter)
    """How often each kind of failure was seen, in words."""
    servers: Servers = field(default_factory=Servers)

    def __post_init__(self) -> None:
        self.timeline: Timeline = timeline_of(self.scenario)
        self.demands = judged_demands(self.scenario, self.timeline)
        latency = (demand.objective for demand in self.demands)
        thresholds_s = {objective.threshold_s for objective in latency if isinstance(objective, LatencyObjective)}
        self.tally = Tally(self.timeline, sorted(thresholds_s))

    def look(self) -> Judgement | None:
        """Look whether the run is hopeless by now; the objective that is broken, the first time that one is."""
        if not self.offering:
            return None
        now_s = self.now_s()
        self.broken_early = broken_already(self.demands, self.tally.look(now_s), now_s, self.scenario)
        return self.broken_early

    def measurement(self) -> Measurement:
        """Put together what was recorded."""
        self.stop_offering()
        return Measurement(
            stages=tuple(measured_stage(stage, self.ends_s, self.generators) for stage in self.tally.stages),
            ended_s=self.ends_s,
            stopped_by=self.stopped_by,
            broken_early=self.broken_early,
            floor=self._floor(),
            generators=tuple(self.generators),
            generator_errors=(*self.errors, *self._unoffered()),
            servers=tuple(self.servers.names),
        )

    def _floor(self) -> Floor | None:
        """The floor of this generator, if all its processes are on the machine that it was measured on."""
        elsewhere = any(generator.host != socket.gethostname() for generator in self.generators)
        return None if elsewhere else self.floor

    def _unoffered(self) -> Iterator[str]:
        """Hold the tally against the schedule: an open run that lost requests on its own side proves nothing."""
        if not self.scenario.load.arrivals.wait_for_answers and self.ends_s >= self.timeline.ends_s:
            due = sum(1 for _ in open_arrivals(self.scenario, self.timeline))
            if due != self.tally.total:
                yield f"{due} requests were due, and {self.tally.total} are accounted for"
