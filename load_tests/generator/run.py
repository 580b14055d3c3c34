"""One process's part of a run: its share of the requests, its payloads and what it records."""

import heapq
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice

from load_tests.clock import RunClock
from load_tests.payloads.deck import Deck, Payload
from load_tests.recording.generator_health import Generator, HealthSampler
from load_tests.recording.outcomes import Recorder, RequestSink
from load_tests.recording.servers import Servers
from load_tests.recording.stoppable_run import StoppableRun
from load_tests.specification.arrivals import PacedUser, open_arrivals
from load_tests.specification.scenario import Scenario
from load_tests.specification.timeline import Timeline, timeline_of


@dataclass(frozen=True)
class Share:
    """Which requests and which users of a run a process takes: every `of`-th, from `number` on."""

    number: int = 0
    of: int = 1


@dataclass
class LoadRun(StoppableRun):
    """State of one process in one run."""

    scenario: Scenario
    deck: Deck
    sink: RequestSink
    generator: Generator
    share: Share = Share()
    now_s: Callable[[], float] = field(default_factory=RunClock)
    """Seconds since the run began."""
    cpu_clock: Callable[[], float] = time.process_time
    errors: list[str] = field(default_factory=list)
    """Of this process itself."""
    details: Counter[str] = field(default_factory=Counter)
    """How often each kind of failure was seen, in words."""
    servers: Servers = field(default_factory=Servers)
    """Those who answered this process."""

    def __post_init__(self) -> None:
        self.timeline: Timeline = timeline_of(self.scenario)
        self.recorder = Recorder(self.now_s, self.sink, self.details)
        self.health = HealthSampler(self.generator.health, self.now_s, self.cpu_clock)
        self.all_offered = self.scenario.load.arrivals.wait_for_answers
        self._numbers = count(self.share.number, self.share.of)
        self._users = count(self.share.number, self.share.of)
        self._free_users: list[int] = []
        self._taken = False

    @property
    def most_in_flight(self) -> int:
        """Its share of the requests that may be without an answer at a time."""
        return math.ceil(self.scenario.load.in_flight / self.share.of)

    def take_schedule(self) -> Iterator[tuple[int, float]] | None:
        """Number and due time of each request of this process's share; None for anybody but the first who asks.

        Locust starts a second dispatcher where it wants to make up for a worker that was lost.
        """
        if self._taken:
            return None
        self._taken = True
        whole = enumerate(open_arrivals(self.scenario, self.timeline))
        return islice(whole, self.share.number, None, self.share.of)

    def payload(self, number: int) -> Payload:
        """What is sent as request `number` of the run: the same however many processes there are."""
        return self.deck.payloads[number % len(self.deck.payloads)]

    def next_number(self) -> int:
        """Number of the next request of this process, where users decide when it comes."""
        return next(self._numbers)

    def new_user(self) -> PacedUser:
        """The schedule of one more closed user."""
        number = heapq.heappop(self._free_users) if self._free_users else next(self._users)
        return PacedUser(self.timeline, number, self.scenario.load.seed)

    def user_left(self, user: PacedUser) -> None:
        """Let the next user have the number of one who left."""
        heapq.heappush(self._free_users, user.number)

    @property
    def idle(self) -> bool:
        """Whether all that this process was to send is sent and answered."""
        return (self.all_offered or not self.offering) and not self.recorder.in_flight

    @property
    def over(self) -> bool:
        """Whether all has been sent and answered, or waited for as long as it may take."""
        return self.now_s() >= (self.ends_s if self.idle else self.ends_s + self.scenario.load.patience_s)

    def sample_health(self) -> None:
        """Note what this process has used, how late it was and what is in flight."""
        self.health.sample(self.recorder.latest_s, self.recorder.in_flight)
        self.recorder.latest_s = 0.0
