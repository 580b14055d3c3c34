"""The service beyond its capacity: `python -m benchmarks.overload [CPU_MS ...]` (about 4 minutes).

For models of several weights: how much it answers at best, what is left of that when twice and thrice as much is asked,
how long accepted requests took, and how soon probes were answered meanwhile. For comparison the same without the
limits. Arrivals are random and wait for nobody, and latency counts from when a request was due: clients
that are late make the figures worse, never better. The service has one core, the clients another. Written
to ``results/overload.json``.
"""

import argparse
import heapq
import math
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.closed_client import ClosedClient
from benchmarks.cores import CLIENT_CORE, SERVER_CORE, stay_on
from benchmarks.ending import leave_nothing_behind
from benchmarks.http_load import NO_ANSWER
from benchmarks.open_client import Answered, Due, OpenClient
from benchmarks.result_file import RESULTS, machine, write
from benchmarks.servers import PREDICTION, Server, payload, serving
from benchmarks.wire import get, post
from load_tests.judging.measurement import percentile

RESULT_FILE = RESULTS / "overload.json"
CPU_MS = (0.0, 1.0, 5.0, 20.0)
"""Per prediction, burnt to stand for models of such weights."""
LOADS = (0.8, 0.9, 1.0, 1.5, 2.0, 3.0)
"""Multiples of the capacity: what it answers per second of its CPU time when it is half busy."""
STEP_S = 8.0
MAX_WAIT_MS = 500.0
PATIENCE_S = 2.0
"""After which a client gives up."""
PROBE_PAUSE_S = 0.1
CLOSED_CLIENTS = 8
NO_LIMITS = {"SERVICE_MAX_IN_FLIGHT": "100000", "SERVICE_MAX_WAIT_MS": "600000"}
OK, REFUSED = 200, 503


@dataclass(frozen=True)
class Load:
    """What became of one load. Times are from when a request was due; of those accepted unless said otherwise."""

    times_capacity: float
    offered_rps: float
    goodput_rps: float
    """Answers a second while the load lasted, before their clients gave up."""
    goodput_per_cpu_s: float
    """Of the service's own CPU time: how dear the refusals are, however much of its core it got."""
    refused_rps: float
    given_up: int
    accepted_p50_ms: float | None
    accepted_p99_ms: float | None
    refused_p99_ms: float | None
    probe_p99_ms: float | None
    probes_failed: int


@dataclass(frozen=True)
class Overload:
    """A model of one weight."""

    cpu_ms: float
    capacity_rps: float
    best_goodput_rps: float
    kept_at_twice: float
    """Goodput at twice the capacity as a share of the best."""
    kept_at_twice_per_cpu_s: float
    """The same of the goodput per CPU second, which does not depend on how much of its core the service got."""
    loads: tuple[Load, ...]
    without_limits_at_twice: Load


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each weight, and write them down."""
    leave_nothing_behind()
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.overload", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cpu_ms", nargs="*", type=float, metavar="CPU_MS", help=f"default: {CPU_MS}")
    weights_ms = parser.parse_args(arguments).cpu_ms or CPU_MS
    stay_on(CLIENT_CORE)
    figures = [asdict(measure(cpu_ms, SERVER_CORE, LOADS, STEP_S)) for cpu_ms in weights_ms]
    write(RESULT_FILE, {"max_wait_ms": MAX_WAIT_MS, "weights": figures, "machine": machine()})
    print("\n".join(table_rows(figures)))
    return 0


def table_rows(weights: Sequence[dict[str, Any]]) -> list[str]:
    """Return the rows of the table in ``docs/operations.md``."""
    rows = []
    for weight in weights:
        [twice] = [load for load in weight["loads"] if load["times_capacity"] == 2.0]
        rows.append(
            f"| {weight['cpu_ms']:g} ms | {weight['best_goodput_rps']:.0f}/s | {twice['offered_rps']:.0f}/s "
            f"| {twice['goodput_rps']:.0f}/s | {weight['kept_at_twice']:.0%} | {twice['given_up']:,} "
            f"| {twice['accepted_p99_ms']:.0f} ms | {_of(twice['refused_p99_ms'])} | {twice['probe_p99_ms']:.0f} ms "
            f"| {weight['without_limits_at_twice']['goodput_rps']:.0f}/s |"
        )
    return rows


def _of(latency_ms: float | None) -> str:
    return "none" if latency_ms is None else f"{latency_ms:.0f} ms"


def measure(cpu_ms: float, core: int | None, loads: Sequence[float], step_s: float) -> Overload:
    """Measure one weight; its goodput at twice the capacity is compared with the best of these loads."""
    emulated = {"SERVICE_EMULATE_CPU_MS": str(cpu_ms)}
    with serving(core, **emulated, **NO_LIMITS) as server:
        capacity_rps = _capacity_rps(server, step_s)  # which a refusal would only disturb
        without_limits = _load(server, 2.0, capacity_rps, step_s)
    with serving(core, **emulated, SERVICE_MAX_WAIT_MS=str(MAX_WAIT_MS)) as server:
        measured = [_load(server, times, capacity_rps, step_s) for times in loads]
    best_rps = max(load.goodput_rps for load in measured)
    best_per_cpu_s = max(load.goodput_per_cpu_s for load in measured)
    [at_twice] = [load for load in measured if load.times_capacity == 2.0]
    return Overload(
        cpu_ms=cpu_ms,
        capacity_rps=round(capacity_rps, 1),
        best_goodput_rps=best_rps,
        kept_at_twice=round(at_twice.goodput_rps / best_rps, 3),
        kept_at_twice_per_cpu_s=round(at_twice.goodput_per_cpu_s / best_per_cpu_s, 3),
        loads=tuple(measured),
        without_limits_at_twice=without_limits,
    )


def _capacity_rps(server: Server, for_s: float) -> float:
    """What it answers per second of its CPU time when it is half busy."""
    most_rps = _closed_rps(server, for_s / 2)  # many at a time are cheaper than those who come one by one
    return _load(server, 0.5, most_rps, for_s).goodput_per_cpu_s


def _closed_rps(server: Server, for_s: float) -> float:
    """What it answers per second of its CPU time when a few clients ask again as soon as they are answered."""
    client = ClosedClient(server.port, [post(PREDICTION, payload())], CLOSED_CLIENTS)
    client.ask(CLOSED_CLIENTS)
    asked, cpu_s, end_s = 0, server.cpu_s(), time.monotonic() + for_s
    while time.monotonic() < end_s:
        client.ask(CLOSED_CLIENTS)
        asked += CLOSED_CLIENTS
    client.close()
    return asked / (server.cpu_s() - cpu_s)


def _load(server: Server, times: float, capacity_rps: float, for_s: float) -> Load:
    cpu_s = server.cpu_s()
    with OpenClient(server.port, PATIENCE_S) as client:
        answered = client.offer(_schedule(times * capacity_rps, for_s))
    return _summary(times, Watched(answered, for_s, server.cpu_s() - cpu_s))


def _schedule(rate_rps: float, for_s: float) -> Iterator[Due]:
    """Predictions at random moments (Poisson), and probes over new connections among them."""
    predictions = _moments(random.Random(1), rate_rps, for_s)
    probes = _moments(random.Random(2), 1 / PROBE_PAUSE_S, for_s)
    prediction, probe = post(PREDICTION, payload()), get("/api/health/ready")
    return heapq.merge(
        (Due(after_s, prediction) for after_s in predictions),
        (Due(after_s, probe, over_new_connection=True) for after_s in probes),
    )


def _moments(chance: random.Random, rate_rps: float, for_s: float) -> Iterator[float]:
    after_s = chance.expovariate(rate_rps)
    while after_s < for_s:
        yield after_s
        after_s += chance.expovariate(rate_rps)


@dataclass(frozen=True)
class Watched:
    """What was seen of one load."""

    answered: Sequence[Answered]
    for_s: float
    cpu_s: float

    @property
    def predictions(self) -> Sequence[Answered]:
        """All that asked for one."""
        return [one for one in self.answered if not one.due.over_new_connection]

    @property
    def probes(self) -> Sequence[Answered]:
        """All others."""
        return [one for one in self.answered if one.due.over_new_connection]

    def a_second(self, status: int) -> float:
        """Return the answers a second with this status; what the queue still held at the end came too late."""
        return round(
            sum(one.status == status and one.after_s <= self.for_s for one in self.predictions) / self.for_s, 1
        )


def _summary(times: float, watched: Watched) -> Load:
    asked = watched.predictions
    accepted = [one for one in asked if one.status == OK]
    refused = [one for one in asked if one.status == REFUSED]
    return Load(
        times_capacity=times,
        offered_rps=round(len(asked) / watched.for_s, 1),
        goodput_rps=watched.a_second(OK),
        goodput_per_cpu_s=round(len(accepted) / watched.cpu_s, 1),
        refused_rps=watched.a_second(REFUSED),
        given_up=sum(one.status == NO_ANSWER for one in asked),
        accepted_p50_ms=_percentile_ms(accepted, 50),
        accepted_p99_ms=_percentile_ms(accepted, 99),
        refused_p99_ms=_percentile_ms(refused, 99),
        probe_p99_ms=_percentile_ms(watched.probes, 99),
        probes_failed=sum(one.status != OK for one in watched.probes),
    )


def _percentile_ms(asked: Sequence[Answered], percent: float) -> float | None:
    """A percentile of latencies; None of nothing."""
    latency_s = percentile(sorted(one.latency_s for one in asked), percent)
    return None if math.isnan(latency_s) else round(latency_s * 1000, 1)


if __name__ == "__main__":
    sys.exit(main())
