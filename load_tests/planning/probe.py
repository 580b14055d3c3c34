"""The scenario of one probe: another scenario's load at one rate, for as long as a proof of its objectives takes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from load_tests.judging import binomial
from load_tests.judging.provable import check_provable
from load_tests.planning.search import tidy
from load_tests.specification.errors import ScenarioError
from load_tests.specification.objectives import Objective, ProportionObjective, Slo, ThroughputObjective
from load_tests.specification.offered_load import Arrivals, Stage
from load_tests.specification.scenario import Scenario, parse

MOST_ROOM = 3
"""Bad requests that may be among those of a probe, where time allows, without unmaking its proof."""
LONGEST_WARMUP_S, LONGEST_SETTLE_S = 5.0, 3.0
"""A probe finds the service warm, after another, and its rate does not change."""
STAGE = "steady"


@dataclass(frozen=True)
class Lengths:
    """How long probes are, in seconds of judged time."""

    shortest_s: float = 15.0
    """In less time than this a service that falls behind has not yet shown it."""
    longest_s: float = 30.0
    """What takes longer to prove is left to the probe that confirms, unless nothing else is demanded."""
    longest_confirming_s: float = 120.0
    """The probe that confirms has room for bad requests up to this; without any it may take longer."""
    longest_proof_s: float = 600.0
    """Rates at which a proof would take longer than this are not tried."""


USUAL = Lengths()


@dataclass(frozen=True)
class Wanted:
    """An objective, the key and the limit that it is written with, and what share may be bad."""

    key: str
    limit: str
    objective: Objective

    @property
    def allowed(self) -> float | None:
        """Share of requests that may be bad; None where it is a count, which takes no number of requests to keep."""
        return self.objective.allowed if isinstance(self.objective, ProportionObjective) else None


def busiest_stage(scenario: Scenario) -> Stage:
    """The judged stage that asks for most, the first of several; ScenarioError if none is judged."""
    judged = [stage for stage in scenario.stages if stage.judge]
    if not judged:
        raise ScenarioError(f"{scenario.name}: no stage is judged, so there is nothing to keep")
    return max(judged, key=lambda stage: stage.offered_rps)


def wanted_of(scenario: Scenario) -> tuple[Wanted, ...]:
    """What every probe has to keep: the common objectives, and in their place those of the busiest judged stage.

    A mean throughput is left out: it is what closed users ask for, and a probe's rate is not theirs.
    """
    written = yaml.safe_load(scenario.text)
    own = written["stages"][scenario.stages.index(busiest_stage(scenario))].get("slo", {})
    limits = {key: _limit(text) for key, text in {**written.get("slo", {}), **own}.items()}
    wanted = [Wanted(demand.key, limits[demand.key], demand.objective) for demand in Slo.model_validate(limits).demands]
    if all(isinstance(one.objective, ThroughputObjective) for one in wanted):
        raise ScenarioError(
            f"{scenario.name}: nothing is demanded that has to be kept at every rate: write an objective such as "
            "p99: 100ms or errors: 1% under `slo`"
        )
    return tuple(one for one in wanted if not isinstance(one.objective, ThroughputObjective))


def _limit(written: str | Mapping[str, str]) -> str:
    return written if isinstance(written, str) else written["limit"]


def lowest_rate_rps(scenario: Scenario, lengths: Lengths = USUAL) -> float:
    """The lowest rate at which all that is wanted can be proven in a probe of the greatest length."""
    requests = max(_requests(one, 0, scenario.confidence) for one in wanted_of(scenario))
    rate_rps = max(requests, 1) / lengths.longest_proof_s
    return tidy(rate_rps * 1.005)  # rounded, but not down


def left_to_confirming(scenario: Scenario, rate_rps: float, lengths: Lengths = USUAL) -> tuple[Wanted, ...]:
    """What takes too long to prove in a probe that only searches, at a rate."""
    wanted = wanted_of(scenario)
    searched = _quick(wanted, rate_rps * lengths.longest_s, scenario.confidence)
    return tuple(one for one in wanted if one not in searched)


def probe_of(
    scenario: Scenario, rate_rps: float, number: int, confirms: bool = False, lengths: Lengths = USUAL
) -> Scenario:
    """The scenario of a probe, the `number`-th from 1 on; ScenarioError if no run of it could come to a verdict.

    Each has a seed of its own, so that no two share their luck.
    """
    wanted, confidence = wanted_of(scenario), scenario.confidence
    quick = _quick(wanted, rate_rps * lengths.longest_s, confidence)
    judged_s = max(lengths.shortest_s, _proof_s(quick, rate_rps, lengths.longest_s, confidence))
    if confirms:
        confirming_s = _proof_s(wanted, rate_rps, lengths.longest_confirming_s, confidence)
        quick, judged_s = wanted, max(confirming_s, min(2 * judged_s, lengths.longest_confirming_s))
    head = f"# Probe {number} of a search for the capacity of one replica, by the scenario {scenario.name}.\n"
    mapping = _mapping(scenario, quick, rate_rps, math.ceil(judged_s), scenario.load.seed + number - 1)
    name = f"{scenario.name}-{rate_rps:g}rps" + ("-confirming" if confirms else "")
    probe = parse(name, head + yaml.safe_dump(mapping, sort_keys=False, allow_unicode=True, width=120))
    check_provable(probe)
    return probe


def _mapping(scenario: Scenario, wanted: Sequence[Wanted], rate_rps: float, judged_s: int, seed: int) -> dict[str, Any]:
    """The scenario's own keys but for what makes it a probe."""
    written, load = yaml.safe_load(scenario.text), scenario.load
    settle_s = min(load.settle, LONGEST_SETTLE_S)
    replaced = {
        "arrivals": (Arrivals.OPEN if load.arrivals.wait_for_answers else load.arrivals).value,
        "warmup": f"{min(load.warmup, LONGEST_WARMUP_S):g}s",
        "settle": f"{settle_s:g}s",
        "in_flight": max(load.in_flight, math.ceil(rate_rps * load.timeout)),
        "seed": seed,
    }
    # A stage that ends when it is broken saves most of the time of a search.
    stage = {"name": STAGE, "rate": f"{rate_rps:g}/s", "for": f"{settle_s + judged_s:g}s", "abort": True}
    return {
        **{key: written[key] for key in ("model", "path") if key in written},
        "load": {**written.get("load", {}), **replaced},
        "stages": [stage],
        "slo": {one.key: one.limit for one in wanted},
        **{key: written[key] for key in ("confidence",) if key in written},
    }


def _quick(wanted: Sequence[Wanted], requests: float, confidence: float) -> tuple[Wanted, ...]:
    """What so many requests can prove; if that is nothing, what takes least."""
    needed = {one: _requests(one, 0, confidence) for one in wanted}
    shares = [needed[one] for one in wanted if one.allowed is not None]
    return tuple(one for one in wanted if needed[one] <= max([requests, *([min(shares)] if shares else [])]))


def _proof_s(wanted: Sequence[Wanted], rate_rps: float, most_s: float, confidence: float) -> float:
    """Time that a proof takes, with as much room for bad requests as `most_s` has, and without any however long."""
    lasts_s = [max(_requests(one, room, confidence) for one in wanted) / rate_rps for room in range(MOST_ROOM + 1)]
    return max([lasts_s[0], *(each_s for each_s in lasts_s if each_s <= most_s)])


def _requests(wanted: Wanted, bad: int, confidence: float) -> float:
    """Requests to ask for so that enough are due for a proof, even two standard deviations below their mean."""
    if wanted.allowed is None:
        return 0.0
    return (1 + math.sqrt(1 + binomial.requests_to_prove(bad, wanted.allowed, confidence))) ** 2
