"""How often the intervals of a p99 are right, when late requests come in bursts: `python -m benchmarks.intervals`.

Runs of 50 requests a second are simulated, whose latencies are lognormal with a median of 18 ms. In slow stretches,
which take 5 % of the time, each second is up to four times slower. Counted is how often the 95 % intervals by the exact
binomial and by the block bootstrap hold the true p99, and how often two runs of the same service are found to differ.
"""

import argparse
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.result_file import RESULTS, machine, write
from load_tests.comparing.changes import MATTERS, percentile_ratio
from load_tests.judging.bootstrap import PercentileInterval, evenly, percentile_interval

RESULT_FILE = RESULTS / "intervals.json"
RUNS = 400
RATE_RPS = 50
PERCENTILE, CONFIDENCE = 99, 0.95
SLOW_SHARE = 0.05
STRETCHES_S = {"none": 0, "1s": 1, "3s": 3, "10s": 10}
"""Mean length of a slow stretch."""
RUNS_S = {"15s": 15, "30s": 30, "60s": 60, "300s": 300}
"""Judged time of a run."""
Seconds = list[list[float]]


@dataclass(frozen=True)
class Coverage:
    """Percent of simulated runs, or of pairs of them, of one kind and length."""

    binomial_holds: float
    bootstrap_holds: float
    found_different: float
    """Pairs of runs of one service whose p99 is found to differ, at 95 %: 5 is what is promised."""
    found_worse_enough_to_fail: float
    """The second one at least 5 % worse."""


def simulate(draw: np.random.Generator, judged_s: int, stretch_s: int) -> Seconds:
    """Latencies in seconds of the requests due in each second of a run."""
    slow = _slow_seconds(draw, judged_s, stretch_s)
    factors = np.where(slow, 1 + 3 * draw.random(judged_s), 1.0)
    return [(draw.lognormal(-4, 0.5, draw.poisson(RATE_RPS)) * factor).tolist() for factor in factors]


def _slow_seconds(draw: np.random.Generator, judged_s: int, stretch_s: int) -> list[bool]:
    """Slow stretches and the time between them have geometric lengths; slow ones take their share of the time."""
    if not stretch_s:
        return [False] * judged_s
    begins = SLOW_SHARE / (1 - SLOW_SHARE) / stretch_s
    slow = [bool(draw.random() < SLOW_SHARE)]
    while len(slow) < judged_s:
        slow.append(bool(draw.random() < (1 - 1 / stretch_s if slow[-1] else begins)))
    return slow


def binomial_interval(seconds: Seconds) -> tuple[float, float]:
    """Order statistics that enclose the percentile if requests are independent of each other."""
    rising = sorted(chain(*seconds))
    tails = (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2
    below, at_most = (int(stats.binom.ppf(tail, len(rising), PERCENTILE / 100)) for tail in tails)
    return rising[below - 1] if below else 0.0, rising[at_most] if at_most < len(rising) else math.inf


def measure(judged_s: int, stretch_s: int) -> Coverage:
    """Simulate runs of one kind and length."""
    truth_s = float(np.percentile(np.concatenate(simulate(np.random.default_rng(1), 100_000, stretch_s)), PERCENTILE))
    draw = np.random.default_rng(2)
    binomial, intervals = [], []
    for seed in range(RUNS):
        seconds = simulate(draw, judged_s, stretch_s)
        binomial.append(binomial_interval(seconds))
        intervals.append(percentile_interval(seconds, PERCENTILE, CONFIDENCE, seed))
    ratios = list(_ratios(intervals))
    return Coverage(
        binomial_holds=_percent([low <= truth_s <= high for low, high in binomial]),
        bootstrap_holds=_percent([interval.low_s <= truth_s <= interval.high_s for interval in intervals]),
        found_different=_percent([not low <= 1 <= high for low, high in ratios]),
        found_worse_enough_to_fail=_percent([low >= MATTERS for low, _ in ratios]),
    )


def _ratios(intervals: list[PercentileInterval]) -> Iterator[tuple[float, float]]:
    """Compare each run with the next one, as `load_tests.compare` does for a single objective."""
    for old, new in zip(intervals[::2], intervals[1::2], strict=True):
        yield percentile_ratio(evenly(old.replicates_s, 200), evenly(new.replicates_s, 200), CONFIDENCE)


def _percent(found: list[bool]) -> float:
    return round(100 * sum(found) / len(found), 1)


def speed_s(judged_s: int, rate_rps: int) -> float:
    """CPU time of one interval."""
    draw = np.random.default_rng(3)
    seconds = [draw.lognormal(-4, 0.5, rate_rps).tolist() for _ in range(judged_s)]
    began_s = time.process_time()
    percentile_interval(seconds, PERCENTILE, CONFIDENCE, seed=1)
    return round(time.process_time() - began_s, 2)


def main() -> None:
    """Measure everything, and write it down."""
    coverage = {
        kind: {length: asdict(measure(judged_s, stretch_s)) for length, judged_s in RUNS_S.items()}
        for kind, stretch_s in STRETCHES_S.items()
    }
    speed = {"requests_100000_s": speed_s(600, 167), "requests_1000000_s": speed_s(3600, 278)}
    result = {"runs": RUNS, "slow_stretches": coverage, "speed": speed, "machine": machine()}
    write(RESULT_FILE, result)
    print(*coverage_table(result), *difference_table(result), RESULT_FILE, sep="\n")


def coverage_table(result: Mapping[str, Any]) -> Iterator[str]:
    """Rows of the table in docs/verdicts.md: how often the intervals of both kinds hold the truth."""
    for kind, lengths in result["slow_stretches"].items():
        for name, key in (("binomial", "binomial_holds"), ("bootstrap", "bootstrap_holds")):
            shares = " | ".join(f"{lengths[length][key]:.0f} %" for length in RUNS_S)
            yield f"| {_kind(kind)} | {name} | {shares} |"


def difference_table(result: Mapping[str, Any]) -> Iterator[str]:
    """Rows of the table in docs/comparing.md: how often two runs of one service are found to differ, and to fail."""
    for kind, lengths in result["slow_stretches"].items():
        cells = (lengths[length] for length in RUNS_S)
        shares = (f"{cell['found_different']:.1f} % ({cell['found_worse_enough_to_fail']:.1f} %)" for cell in cells)
        yield f"| {_kind(kind)} | {' | '.join(shares)} |"


def _kind(stretch: str) -> str:
    return stretch if stretch == "none" else f"of {stretch.removesuffix('s')} s on average"


if __name__ == "__main__":
    argparse.ArgumentParser("python -m benchmarks.intervals", description=__doc__).parse_args()
    main()
