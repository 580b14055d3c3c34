"""What the load generator itself takes and can do: `python -m benchmarks.generator [recording] [rates] [soak]`.

- recording: CPU time that noting a request takes, from sent to counted, and the same for appending to a list.
- rates: requests a second that one process on one core offers to a responder on another, and how late they leave.
- soak: peak memory of the generator process over a million requests (about 9 minutes).

Each part replaces its own section of ``results/generator.json``.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from benchmarks.cores import CLIENT_CORE, SERVER_CORE, bound
from benchmarks.ending import leave_nothing_behind, running
from benchmarks.parts import Parts, chosen_parts, measure
from benchmarks.result_file import RESULTS
from load_tests.calibrate import MOST_LATENESS_MS, NULL_RESPONDER, null_responder
from load_tests.clock import RunClock
from load_tests.judging.record import RunRecord
from load_tests.recording.generator_health import BUSIEST_CPU_SHARE
from load_tests.recording.outcomes import Outcome, Recorder
from load_tests.report.reading import read_report
from load_tests.report.run_report import RunReport
from load_tests.report.stage_report import StageReport
from load_tests.specification.scenario import parse

RESULT_FILE = RESULTS / "generator.json"
ROUNDS = 9
REQUESTS_A_ROUND = 20_000
RATES_RPS = (500, 1000, 1500, 2000, 2500, 3000, 3500, 4000)
STEP_S = 8
SOAK_RPS = 2000
SOAK_REQUESTS = 1_000_000
SCENARIO = """
model: insurance_charges_model
load: {{arrivals: open, warmup: 2s, settle: 1s, timeout: 2s, connections: 10s, golden: 0%, in_flight: 20000, seed: 5}}
stages: [{stages}]
slo: {{p99: 500ms, errors: 1%}}
"""


@dataclass(frozen=True)
class Recording:
    """CPU time of noting one request, in microseconds: the median round, and the quickest and slowest."""

    median_us: float
    fastest_us: float
    slowest_us: float
    list_append_us: float
    ratio_to_list_append: float
    rounds: int
    requests_a_round: int


@dataclass(frozen=True)
class Rate:
    """One rate: what was offered and how the generator fared. Latencies are those of the responder and the floor."""

    offered_rps: float
    due: int
    correct: int
    lateness_p99_ms: float
    latency_p50_ms: float
    latency_p99_ms: float
    cpu_share: float
    kept_up: bool


@dataclass(frozen=True)
class Soak:
    """A long run in one process."""

    requests: int
    offered_rps: float
    peak_rss_mib: int
    rss_mib_after_a_tenth: int
    lateness_p99_ms: float
    verdict: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the parts that are asked for, and write them down."""
    leave_nothing_behind()
    parts: Parts = {"recording": recording, "rates": rates, "soak": soak}
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.generator",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    chosen = chosen_parts(parser, parts, arguments)
    measure(chosen, RESULT_FILE)
    return 0


def recording() -> dict[str, object]:
    """CPU time per request of the recorder and the tally behind it."""
    costs_us = [_round_us(_record) for _ in range(ROUNDS)]
    floor_us = statistics.median(_round_us(_append) for _ in range(ROUNDS))
    median_us = statistics.median(costs_us)
    return asdict(
        Recording(
            median_us=round(median_us, 3),
            fastest_us=round(min(costs_us), 3),
            slowest_us=round(max(costs_us), 3),
            list_append_us=round(floor_us, 3),
            ratio_to_list_append=round(median_us / floor_us, 1),
            rounds=ROUNDS,
            requests_a_round=REQUESTS_A_ROUND,
        )
    )


def _round_us(prepare: Callable[[], Callable[[], None]]) -> float:
    work = prepare()
    began_s = time.process_time()
    for _ in range(REQUESTS_A_ROUND):
        work()
    return (time.process_time() - began_s) / REQUESTS_A_ROUND * 1e6


def _record() -> Callable[[], None]:
    record = RunRecord(parse("recording", _scenario([1000], lasts_s=600)), RunClock())
    recorder = Recorder(record.now_s, record.tally, record.details)
    servers = record.servers
    return lambda: recorder.ended(recorder.sent(record.now_s()), Outcome.CORRECT, "", servers.number_of("pod-1"))


def _append() -> Callable[[], None]:
    requests: list[int] = []
    return lambda: requests.append(1)


def rates() -> list[dict[str, object]]:
    """Offer rising rates from one core to a responder on another."""
    report, _ = _run(_scenario(RATES_RPS, STEP_S))
    return [asdict(_rate(stage)) for stage in report.stages if stage.judged]


def _rate(stage: StageReport) -> Rate:
    late_ms = stage.lateness_p99_ms if stage.lateness_p99_ms is not None else float("inf")
    complete = not stage.failed and not stage.dropped
    return Rate(
        offered_rps=stage.offered_rps,
        due=stage.due,
        correct=stage.correct,
        lateness_p99_ms=round(late_ms, 2),
        latency_p50_ms=round(stage.latency_ms.p50, 2) if stage.latency_ms else float("nan"),
        latency_p99_ms=round(stage.latency_ms.p99, 2) if stage.latency_ms else float("nan"),
        cpu_share=round(stage.generator_cpu_share, 3),
        kept_up=complete and late_ms < MOST_LATENESS_MS and stage.generator_cpu_share < BUSIEST_CPU_SHARE,
    )


def soak() -> dict[str, object]:
    """A million requests in one process, and the memory it took."""
    report, rss_mib = _run(_scenario([SOAK_RPS], SOAK_REQUESTS / SOAK_RPS))
    stage = report.stages[-1]
    return asdict(
        Soak(
            requests=sum(report.seconds.due),
            offered_rps=SOAK_RPS,
            peak_rss_mib=max(rss_mib),
            rss_mib_after_a_tenth=rss_mib[len(rss_mib) // 10],
            lateness_p99_ms=round(stage.lateness_p99_ms or float("nan"), 2),
            verdict=report.verdict.value,
        )
    )


def _scenario(rates_rps: Sequence[float], lasts_s: float) -> str:
    stages = ", ".join(
        f"{{name: {rate_rps:g} a second, rate: {rate_rps:g}/s, for: {lasts_s:g}s}}" for rate_rps in rates_rps
    )
    return SCENARIO.format(stages=stages)


def _run(scenario: str) -> tuple[RunReport, list[int]]:
    """Run a scenario against the responder, each on a core of its own; the report, and the memory at each second."""
    with tempfile.TemporaryDirectory() as directory, null_responder([*bound(SERVER_CORE), *NULL_RESPONDER]) as host:
        path = Path(directory) / "scenario.yaml"
        path.write_text(scenario, encoding="utf-8")
        command = [sys.executable, "-m", "load_tests", "run", str(path), "--host", host, "--report-folder", directory]
        rss_mib: list[int] = []
        with running([*bound(CLIENT_CORE), *command]) as process:
            while process.poll() is None:
                rss_mib.append(_locust_rss_mib(process.pid))
                time.sleep(1.0)
        return read_report(Path(directory)), rss_mib


def _locust_rss_mib(launcher: int) -> int:
    """Resident memory of the Locust process that a launcher started; 0 while there is none."""
    try:
        children = psutil.Process(launcher).children(recursive=True)
        return max((child.memory_info().rss >> 20 for child in children if "locust" in child.cmdline()), default=0)
    except psutil.NoSuchProcess:
        return 0


if __name__ == "__main__":
    sys.exit(main())
