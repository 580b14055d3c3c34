"""How far a percentile is known when late requests come in bursts: a circular block bootstrap over seconds.

The binomial limits take requests for independent of each other. Here whole stretches of seconds are drawn anew, so that
what happens within one stretch stays together: D. N. Politis and J. P. Romano, "A circular block-resampling procedure
for stationary data", in "Exploring the Limits of Bootstrap" (1992). A stretch lasts about T^(1/3) of the T seconds:
P. Hall, J. L. Horowitz and B.-Y. Jing, "On blocking rules for the bootstrap with dependent data", Biometrika 82 (1995).
"""

import math
import random
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice
from operator import add, itemgetter, sub

from load_tests.judging import binomial
from load_tests.judging.measurement import percentile as percentile_of

FEWEST_BLOCKS = 5
"""Of fewer stretches than this there are too few different draws to tell anything."""
EXACT_RANKS = 32
"""How far from the percentile's own rank every latency is told apart; farther off, to this fraction of the distance."""


@dataclass(frozen=True)
class PercentileInterval:
    """A percentile of latencies, and what else it might have been; infinite where requests were not answered."""

    seen_s: float
    """Of the sample; NaN if it is empty."""
    low_s: float
    high_s: float
    block_s: int
    """How many seconds are kept together."""
    replicates_s: tuple[float, ...]
    """The percentile of each resample, rising; empty if there are too few seconds or requests to know anything."""


def percentile_interval(
    seconds: Sequence[Sequence[float]], percentile: float, confidence: float, seed: int, resamples: int = 1000
) -> PercentileInterval:
    """Two-sided interval of a percentile (0 to 100) at `confidence`, at most a few seconds for a million requests.

    `seconds` holds, for each second of judged time in its order, the latencies in seconds of all requests due in it:
    infinity for those not answered correctly, nothing for a second in which none was due.
    """
    rising = sorted(chain.from_iterable(seconds))
    seen_s, block_s = percentile_of(rising, percentile), block_length_s(len(seconds))
    fewest = binomial.requests_to_prove(0, round(1 - percentile / 100, 12), confidence)
    if len(rising) < fewest or len(seconds) // block_s < FEWEST_BLOCKS:
        return PercentileInterval(seen_s, 0.0, math.inf, block_s, ())
    candidates_s = _candidates(rising, _rank(len(rising), percentile))
    drawn_s = _replicates(seconds, candidates_s, percentile, block_s, random.Random(seed))
    replicates_s = sorted(islice(drawn_s, resamples))
    outside = math.floor((1 - confidence) / 2 * resamples)
    return PercentileInterval(
        seen_s, replicates_s[outside], replicates_s[resamples - 1 - outside], block_s, tuple(replicates_s)
    )


def block_length_s(judged_s: int) -> int:
    """Whole seconds that are kept together, of so many."""
    return max(1, round(math.cbrt(judged_s)))


def evenly(replicates_s: Sequence[float], count: int) -> tuple[float, ...]:
    """So many of rising replicates that they are distributed like all of them: from the middle of equal parts."""
    return tuple(replicates_s[(2 * part + 1) * len(replicates_s) // (2 * count)] for part in range(count))


def _replicates(
    seconds: Sequence[Sequence[float]],
    candidates_s: Sequence[float],
    percentile: float,
    block_s: int,
    draw: random.Random,
) -> Iterator[float]:
    """Percentiles of resamples without end, each found by bisecting how many of its requests took at most so long.

    A resample has as many blocks as fit into the time, which leaves out less than one: rather too wide than too narrow.
    """
    counts = _block_counts(seconds, candidates_s, block_s)
    while True:
        of_blocks = itemgetter(*draw.choices(range(len(seconds)), k=len(seconds) // block_s))
        due = sum(of_blocks(counts[-1]))
        if due:  # a resample without a request has no percentile
            rank = _rank(due, percentile)
            yield candidates_s[bisect_left(counts, rank, key=lambda faster: sum(of_blocks(faster)))]


def _rank(due: int, percentile: float) -> int:
    """Rank of the percentile among so many, from 1: as in `measurement.percentile`."""
    return max(1, math.ceil(round(due * percentile / 100, 9)))


def _candidates(rising: Sequence[float], rank: int) -> list[float]:
    """Latencies that a resample's percentile is looked for among: all near the rank, and fewer the farther off."""
    ranks = {rank, len(rising)}
    distance = 1
    while distance < len(rising):
        ranks |= {rank - distance, rank + distance}
        distance += max(1, distance // EXACT_RANKS)
    return sorted({rising[near - 1] for near in ranks if 1 <= near <= len(rising)})


def _block_counts(
    seconds: Sequence[Sequence[float]], candidates_s: Sequence[float], block_s: int
) -> list["array[int]"]:
    """For each candidate and each second: how many requests of the block that begins there took at most so long."""
    rows = [array("I", bytes(4 * len(seconds))) for _ in candidates_s]
    for second, latencies_s in enumerate(seconds):
        for latency_s in latencies_s:
            rows[bisect_left(candidates_s, latency_s)][second] += 1
    faster: Sequence[int] = [0] * len(seconds)
    for number, row in enumerate(rows):
        faster = rows[number] = array("I", map(add, faster, _in_blocks(row, block_s)))
    return rows


def _in_blocks(row: "array[int]", block_s: int) -> Iterator[int]:
    """Sums over the `block_s` seconds from each one on, the first ones following the last."""
    until = list(accumulate(chain(row, row[:block_s]), initial=0))
    return map(sub, until[block_s:-1], until)
