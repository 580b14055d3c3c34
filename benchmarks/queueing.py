"""What open and closed load report of one server with a fixed service time: `python -m benchmarks.queueing`.

The same load is offered three times at once, each time to a server of its own: as a Poisson process (`open`), at even
intervals (`uniform`) and by closed users; at a few utilisations, and then to a server that is too slow. Beside what was
measured stands what queueing theory says. Takes about three minutes, and leaves the figures in
``results/queueing.json`` and the picture in ``docs/pictures/queueing.svg``.

A run of half a minute has luck of its own: its arrivals may come more evenly or in worse bursts than in the long run.
So each run takes the first seed whose arrivals, before a perfect server, wait as they do in the long run.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import queueing_picture
from benchmarks.ending import leave_nothing_behind, running
from benchmarks.result_file import RESULTS, machine, write
from load_tests.calibrate import NULL_RESPONDER, null_responder
from load_tests.judging.measurement import percentile
from load_tests.queueing import ClosedUsers, latencies_s, md1_latency_s
from load_tests.report.reading import read_report
from load_tests.report.run_report import RunReport
from load_tests.specification.arrivals import open_arrivals
from load_tests.specification.scenario import parse
from load_tests.specification.timeline import timeline_of

RESULT_FILE = RESULTS / "queueing.json"
SERVICE_S = 0.1
ONE_AT_A_TIME = (*NULL_RESPONDER, "--service-ms", f"{SERVICE_S * 1000:g}")
USERS = 4
UTILISATIONS = (0.5, 0.7, 0.8, 0.9)
TOO_SLOW = 1.2
"""Utilisation at which the server cannot keep up."""
ARRIVALS = ("open", "uniform", "closed")
TYPICAL = 0.03
"""Largest difference of a seed's p50 and p99 from the long run, as a share."""
MOST_SEEDS = 100_000
SCENARIO = """
model: insurance_charges_model
load: {{arrivals: {arrivals}, warmup: {warmup}, settle: 2s, timeout: 10s, connections: reuse, golden: 0%, seed: {seed}}}
stages: [{{name: only, {load}, for: {lasts}}}]
slo: {{errors: 5%}}
"""


@dataclass(frozen=True)
class Plan:
    """A load to offer in three ways, and how long."""

    utilisation: float
    warmup: str
    lasts: str

    @property
    def offered_rps(self) -> float:
        """Requests a second."""
        return round(self.utilisation / SERVICE_S, 6)

    def scenario(self, arrivals: str, seed: int) -> str:
        """The scenario that offers it."""
        by_rate, by_users = f"rate: {self.offered_rps}/s", f"users: {USERS}, each: {self.offered_rps / USERS}/s"
        return SCENARIO.format(
            arrivals=arrivals,
            seed=seed,
            warmup=self.warmup,
            load=by_users if arrivals == "closed" else by_rate,
            lasts=self.lasts,
        )


@dataclass(frozen=True)
class Waiting:
    """How long requests took, in milliseconds."""

    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Measured:
    """What one run reports of its judged part; the p50 of each second is of the whole run."""

    requests: int
    asked_rps: float
    p50_ms: float
    p99_ms: float
    p50_ms_by_second: Sequence[float | None]


@dataclass(frozen=True)
class Figures:
    """One load: what theory says and what the three runs report."""

    utilisation: float
    offered_rps: float
    seed: int
    theory_open: Waiting
    theory_uniform: Waiting
    closed_at_most_ms: float
    closed_asked_rps: float
    measured: Mapping[str, Measured]


def main() -> int:
    """Measure, write the figures down, and draw them."""
    leave_nothing_behind()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that all processes are ended
    plans = {f"at_{utilisation * 100:.0f}": Plan(utilisation, "3s", "32s") for utilisation in UTILISATIONS}
    plans["too_slow"] = Plan(TOO_SLOW, "0s", "15s")
    figures = {name: asdict(measure(plan)) for name, plan in plans.items()}
    result = {"service_ms": SERVICE_S * 1000, "users": USERS, "loads": figures, "machine": machine()}
    write(RESULT_FILE, result)
    print(*table(result), RESULT_FILE, sep="\n")
    return queueing_picture.main()


def table(result: Mapping[str, Any]) -> Iterator[str]:
    """Rows of the table in docs/open_and_closed.md: the p99 in milliseconds of each load it keeps up with."""
    for load in result["loads"].values():
        if load["utilisation"] < 1:
            open_ms, uniform_ms, closed_ms = (load["measured"][arrivals]["p99_ms"] for arrivals in ARRIVALS)
            yield (
                f"| {load['utilisation']:.0%} | {load['theory_open']['p99_ms']:,.0f} | {open_ms:,.0f} "
                f"| {load['theory_uniform']['p99_ms']:,.0f} | {uniform_ms:,.0f} "
                f"| {load['closed_at_most_ms']:,.0f} | {closed_ms:,.0f} |"
            )


def measure(plan: Plan) -> Figures:
    """Offer a load in the three ways at once."""
    theory_uniform = scheduled(plan, "uniform", seed=0)
    theory_open = long_run(plan) if plan.utilisation < 1 else theory_uniform  # which grows as fast, on average
    seed = typical_seed(plan, theory_open)
    closed = ClosedUsers(USERS, plan.offered_rps / USERS, SERVICE_S)
    return Figures(
        utilisation=plan.utilisation,
        offered_rps=plan.offered_rps,
        seed=seed,
        theory_open=theory_open,
        theory_uniform=theory_uniform,
        closed_at_most_ms=round(closed.most_latency_s * 1000, 1),
        closed_asked_rps=round(closed.asked_rps, 2),
        measured=run_all({arrivals: plan.scenario(arrivals, seed) for arrivals in ARRIVALS}),
    )


def long_run(plan: Plan) -> Waiting:
    """What M/D/1 says of a load."""
    p50_s, p99_s = (md1_latency_s(share, plan.offered_rps, SERVICE_S) for share in (0.5, 0.99))
    return Waiting(round(p50_s * 1000, 1), round(p99_s * 1000, 1))


def scheduled(plan: Plan, arrivals: str, seed: int) -> Waiting:
    """How long the arrivals of a seed wait for a perfect server."""
    scenario = parse("scheduled", plan.scenario(arrivals, seed))
    timeline = timeline_of(scenario)
    window = timeline.windows[-1]
    due_s = list(open_arrivals(scenario, timeline))
    waited_s = zip(due_s, latencies_s(due_s, SERVICE_S), strict=True)
    rising_s = sorted(waited for at_s, waited in waited_s if at_s >= window.judged_from_s)
    return Waiting(round(percentile(rising_s, 50) * 1000, 1), round(percentile(rising_s, 99) * 1000, 1))


def typical_seed(plan: Plan, expected: Waiting) -> int:
    """The first seed whose arrivals wait as expected."""
    for seed in range(MOST_SEEDS):
        drawn = scheduled(plan, "open", seed)
        differences = drawn.p50_ms / expected.p50_ms - 1, drawn.p99_ms / expected.p99_ms - 1
        if max(map(abs, differences)) <= TYPICAL:
            return seed
    raise ValueError(f"none of {MOST_SEEDS} seeds is typical at a utilisation of {plan.utilisation:.0%}")


def run_all(scenarios: Mapping[str, str]) -> dict[str, Measured]:
    """Run scenarios at once, each before a server of its own."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as started:
        runs: dict[Path, subprocess.Popen[bytes]] = {}
        for arrivals, scenario in scenarios.items():
            folder = Path(directory) / arrivals
            folder.mkdir()
            (folder / "queueing.yaml").write_text(scenario, encoding="utf-8")
            host = started.enter_context(null_responder(ONE_AT_A_TIME))
            runs[folder] = started.enter_context(running(run_command(folder, host)))
        for run in runs.values():
            run.wait()
        return {folder.name: measured(read_report(folder)) for folder in runs}


def run_command(folder: Path, host: str) -> list[str]:
    """What runs the scenario of a folder, and leaves its report there."""
    path = str(folder / "queueing.yaml")
    return [sys.executable, "-m", "load_tests", "run", path, "--host", host, "--report-folder", str(folder)]


def measured(report: RunReport) -> Measured:
    """The figures of a run; ValueError if anything but waiting happened in it."""
    stage = report.stages[-1]
    if stage.latency_ms is None or stage.failed or stage.dropped:
        raise ValueError(f"requests went wrong: {report.reason}")
    return Measured(
        requests=stage.due,
        asked_rps=round(stage.due / (stage.ends_s - stage.judged_from_s), 2),
        p50_ms=round(stage.latency_ms.p50, 1),
        p99_ms=round(stage.latency_ms.p99, 1),
        p50_ms_by_second=[p50_ms and round(p50_ms, 1) for p50_ms in report.seconds.p50_ms],
    )


if __name__ == "__main__":
    argparse.ArgumentParser("python -m benchmarks.queueing", description=__doc__).parse_args()
    sys.exit(main())
