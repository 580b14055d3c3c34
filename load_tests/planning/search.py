"""Which rate to try next in a search for the highest one kept: doubled or halved, then bisected, then confirmed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from load_tests.judging.judgement import Verdict

MOST_PROBES = 16


class End(StrEnum):
    """Why a search ended."""

    FOUND = "found"
    """The highest rate kept and the lowest one that is not are as near to each other as was asked for."""
    AT_MOST = "at most"
    """The highest rate that may be tried is kept."""
    NOTHING_KEPT = "nothing kept"
    """Not even the lowest rate that may be tried is kept."""
    UNTRUSTED = "untrusted"
    """A rate could not be measured, not even when that was repeated."""
    OUT_OF_PROBES = "out of probes"


@dataclass(frozen=True)
class Limits:
    """Where a search begins, and how far it may go."""

    first_rps: float
    lowest_rps: float
    highest_rps: float
    resolution: float = 0.1
    """By how much of the rate kept the rate that is not may be higher."""
    most_probes: int = MOST_PROBES


@dataclass(frozen=True)
class Tried:
    """A rate that was offered, and what came of it."""

    rate_rps: float
    verdict: Verdict
    confirms: bool = False
    """Whether it was the longer probe that has to confirm what shorter ones have found."""


@dataclass(frozen=True)
class Next:
    """The rate to offer next."""

    rate_rps: float
    confirms: bool = False


@dataclass(frozen=True)
class Bounds:
    """What is known of the capacity. The rate kept is always below the other."""

    kept_rps: float | None
    """Highest rate proven to be kept, below all that were not."""
    confirmed: bool
    """Whether a longer probe has proven that as well."""
    broken_rps: float | None
    """Lowest rate that was broken or not proven to be kept."""
    broken: bool
    """Whether it was proven to be broken."""


def bounds_of(tried: Sequence[Tried]) -> Bounds:
    """What probes have shown; one that cannot be trusted has shown nothing."""
    not_kept = [one for one in tried if one.verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE)]
    broken_rps = min((one.rate_rps for one in not_kept), default=math.inf)
    kept = [one for one in tried if one.verdict is Verdict.PASS and one.rate_rps < broken_rps]
    kept_rps = max((one.rate_rps for one in kept), default=None)
    return Bounds(
        kept_rps=kept_rps,
        confirmed=any(one.confirms for one in kept if one.rate_rps == kept_rps),
        broken_rps=broken_rps if not_kept else None,
        broken=any(one.verdict is Verdict.FAIL for one in not_kept if one.rate_rps == broken_rps),
    )


def next_step(tried: Sequence[Tried], limits: Limits) -> Next | End:
    """The rate to offer after these, or why the search is over."""
    if tried and tried[-1].verdict is Verdict.INVALID and _again(tried):
        return End.UNTRUSTED
    if len(tried) >= limits.most_probes:
        return _end(bounds_of(tried), limits) or _out_of_probes(bounds_of(tried))
    if tried and tried[-1].verdict is Verdict.INVALID:
        return Next(tried[-1].rate_rps, tried[-1].confirms)
    bounds = bounds_of(tried)
    if end := _end(bounds, limits):
        return end
    last_chance = len(tried) == limits.most_probes - 1
    if bounds.kept_rps is not None and not bounds.confirmed and (last_chance or _is_narrow(bounds, limits)):
        return Next(bounds.kept_rps, confirms=True)
    return Next(_rate_between(bounds, limits), confirms=_short_ones_deceive(tried))


def _short_ones_deceive(tried: Sequence[Tried]) -> bool:
    """Whether a longer probe has not found kept what a shorter one had: further ones are long at once."""
    return any(one.confirms and one.verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE) for one in tried)


def _again(tried: Sequence[Tried]) -> bool:
    """Whether the last probe was a repetition of the one before it, which could not be trusted either."""
    return len(tried) > 1 and tried[-2] == tried[-1]


def _end(bounds: Bounds, limits: Limits) -> End | None:
    if bounds.kept_rps is None:
        nothing_lower = bounds.broken_rps is not None and bounds.broken_rps <= limits.lowest_rps
        return End.NOTHING_KEPT if nothing_lower else None
    if bounds.confirmed and _is_narrow(bounds, limits):
        return End.AT_MOST if bounds.broken_rps is None else End.FOUND
    return None


def _out_of_probes(bounds: Bounds) -> End:
    nothing_known = bounds.kept_rps is None and bounds.broken_rps is None
    return End.UNTRUSTED if nothing_known else End.OUT_OF_PROBES


def _is_narrow(bounds: Bounds, limits: Limits) -> bool:
    """Whether nothing worth trying is left between the bounds."""
    if bounds.kept_rps is None:
        return False
    if bounds.broken_rps is None:
        return bounds.kept_rps >= limits.highest_rps
    return bounds.broken_rps <= bounds.kept_rps * (1 + limits.resolution)


def _rate_between(bounds: Bounds, limits: Limits) -> float:
    kept_rps, broken_rps = bounds.kept_rps, bounds.broken_rps
    if kept_rps is not None and broken_rps is not None:
        return tidy(math.sqrt(kept_rps * broken_rps))
    if kept_rps is not None:
        return min(tidy(kept_rps * 2), limits.highest_rps)
    if broken_rps is not None:
        return max(tidy(broken_rps / 2), limits.lowest_rps)
    return limits.first_rps


def tidy(rate_rps: float) -> float:
    """A rate with three digits, as a person would choose it."""
    return float(f"{rate_rps:.3g}")
