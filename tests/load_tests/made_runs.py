"""Runs made up for tests of reports: each has its scenario's arrivals, and a service of our own making."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from load_tests.cluster.joining import joined
from load_tests.judging.record import RunRecord
from load_tests.judging.verdict import judge
from load_tests.recording.generator_health import Generator
from load_tests.recording.outcomes import Outcome
from load_tests.report.run_report import RunFacts, RunReport, ServiceReport, report_of
from load_tests.specification.arrivals import open_arrivals
from load_tests.specification.scenario import parse
from tests.load_tests.builders import Clock
from tests.load_tests.made_cluster import record_of, server_at

DAY = """\
model: insurance_charges_model
load: {arrivals: open, warmup: 3s, settle: 2s, timeout: 2s, seed: 7}
stages:
  - {name: normal,   rate: 40/s,  for: 14s}
  - {name: peak,     rate: 80/s,  for: 12s}
  - {name: spike,    rate: 160/s, for: 5s, judge: false}
  - {name: recovery, rate: 40/s,  for: 14s, slo: {p99: 250ms}}
slo:
  p99: 100ms
  errors: {limit: 1%, scope: run}
"""
FORTY = (
    "model: insurance_charges_model\nload: {warmup: 3s, settle: 1s}\nscope: run\nstages:\n"
    + "".join(f"  - {{name: a stage with quite a long name {n:02d}, rate: {20 + n}/s, for: 10s}}\n" for n in range(40))
    + "slo: {p99: 100ms, errors: 5%}\n"
)
REPEATED = """\
model: insurance_charges_model
load: {warmup: 3s, settle: 1s}
repeat: 3
stages:
  - {name: base, rate: 50/s, for: 12s}
  - {name: peak, rate: 90/s, for: 12s}
slo: {p99: 100ms, p50: 20ms}
"""
HOURS = """\
model: insurance_charges_model
load: {warmup: 60s, settle: 30s}
stages:
  - {name: soak, rate: 2/s, for: 80m}
  - {name: end,  rate: 5/s, for: 30m}
slo: {p99: 100ms, errors: 1%}
"""
ONE_SECOND = """\
model: insurance_charges_model
load: {warmup: 0s, settle: 0s}
stages:
  - {name: blink, rate: 400/s, for: 1s}
slo: {p99: 100ms}
"""
FACTS = RunFacts(
    target="http://127.0.0.1:8000/api/models/insurance_charges_model/prediction",
    started_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    command="python -m load_tests run day --host http://127.0.0.1:8000",
    service=ServiceReport(version="1.4.0"),
    versions={"python": "3.11.9", "locust": "2.47.0"},
)


@dataclass(frozen=True)
class Service:
    """How the service answers: a median latency at a rate, and a share of requests that goes wrong."""

    median_ms: Callable[[float], float] = lambda _rate_rps: 8.0
    wrong: float = 0.0
    wrong_as: Outcome = Outcome.WRONG_STATUS
    seen: str = "status 503 instead of 200"

    def answer(self, rate_rps: float, rng: random.Random) -> tuple[float, Outcome]:
        """Latency in seconds, and what it is worth."""
        latency_s = self.median_ms(rate_rps) * rng.lognormvariate(0, 0.35) / 1000
        if rng.random() < self.wrong:
            return latency_s, self.wrong_as
        return (latency_s, Outcome.CORRECT) if latency_s < 2 else (2.0, Outcome.TIMEOUT)


STEP = """\
model: insurance_charges_model
load: {warmup: 5s, settle: 2s}
stages:
  - {name: normal, rate: 10/s, for: 35s}
  - {name: step,   rate: 40/s, for: 180s, judge: false}
  - {name: scaled, rate: 40/s, for: 30s}
slo: {p95: 100ms, errors: {limit: 1%, scope: run}}
scaling: {ready: 4 pods, first_new_pod: 60s, recovery: 120s, lost: 0 requests, balance: 40%}
"""
QUICK = Service()
SLOW_AT_PEAK = Service(lambda rate_rps: {40.0: 8.0, 80.0: 70.0, 160.0: 1200.0}[rate_rps])
DEAD = Service(wrong=1.0, wrong_as=Outcome.CONNECTION, seen="ConnectionRefusedError")


def made_run(
    scenario_text: str = DAY,
    service: Service = QUICK,
    *,
    name: str = "day",
    ended_s: float | None = None,
    processes: int = 1,
    busy: float = 0.3,
    facts: RunFacts = FACTS,
    server_at: Callable[[float, random.Random], str] = lambda _due_s, _rng: "",
) -> RunReport:
    """A run of a scenario, judged: by SIGTERM at `ended_s`, if that is given, from `processes` that are so `busy`."""
    scenario = parse(name, scenario_text)
    clock = Clock()
    record = RunRecord(scenario, clock)
    rng = random.Random(1)
    clock.now_s = record.timeline.ends_s if ended_s is None else ended_s
    if ended_s is not None:
        record.stopped_by = "SIGTERM"
    record.stop_offering()
    for due_s in open_arrivals(scenario, record.timeline):
        if due_s >= clock.now_s:
            break
        latency_s, outcome = service.answer(record.timeline.at(due_s).offered_rps, rng)
        server = record.servers.number_of(server_at(due_s, rng))
        record.tally.append(due_s, due_s + 0.001, due_s + latency_s, outcome, server)
    record.generators = [_generator(number, processes, clock.now_s, busy, rng) for number in range(processes)]
    failures = Counter({service.seen: sum(stage.failed for stage in record.tally.stages)})
    measurement = record.measurement()
    return report_of(scenario, measurement, judge(scenario, measurement), dict(+failures), facts)


def _generator(number: int, processes: int, ended_s: float, busy: float, rng: random.Random) -> Generator:
    generator = Generator("the generator" if processes == 1 else f"worker {number}", "loadbox")
    for second in range(1, int(ended_s) + 1):
        generator.health.append(second, busy * rng.uniform(0.8, 1.1), rng.uniform(0.001, 0.004), rng.randrange(4))
    return generator


def grown(*, hardly_seen: bool = False) -> RunReport:
    """A run after which four pods do the work of one, joined with the record of its cluster."""
    facts = FACTS.model_copy(update={"began_at": FACTS.started_at})
    report = made_run(STEP, QUICK, name="step", facts=facts, server_at=server_at)
    return joined(report, record_of(FACTS.started_at.timestamp(), hardly_seen=hardly_seen))


MADE: dict[str, Callable[[], RunReport]] = {
    "PASS": made_run,
    "FAIL": lambda: made_run(service=SLOW_AT_PEAK),
    "INCONCLUSIVE": lambda: made_run(service=Service(wrong=0.0096)),
    "INVALID": lambda: made_run(ended_s=25.4, busy=0.95, processes=2),
    "no correct answer": lambda: made_run(service=DEAD),
    "stopped before it began": lambda: made_run(ended_s=0.0),
    "forty stages with long names": lambda: made_run(FORTY, processes=8),
    "stages that are repeated": lambda: made_run(REPEATED),
    "hours from 64 processes": lambda: made_run(HOURS, processes=64),
    "a cluster that grew": grown,
    "a cluster that was hardly seen": lambda: grown(hardly_seen=True),
    "one second": lambda: made_run(ONE_SECOND),
}
"""One of each verdict, and runs whose reports are hard to draw."""


@cache
def made(name: str) -> RunReport:
    """One of them, made once."""
    return MADE[name]()
