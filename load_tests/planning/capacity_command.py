"""`python -m load_tests.planning capacity`: the highest rate at which one replica is proven to keep a scenario."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from load_tests.generator.sharing import Sharing, process_count
from load_tests.judging.judgement import USAGE_ERROR, Verdict
from load_tests.planning.capacity import CAPACITY_FILE, Capacity
from load_tests.planning.options import cores_in
from load_tests.planning.probe import USUAL, busiest_stage, left_to_confirming, lowest_rate_rps, probe_of, wanted_of
from load_tests.planning.progress import Progress, show
from load_tests.planning.search import End, Limits
from load_tests.planning.searching import InterruptedSearchError, NotOneReplicaError, Search
from load_tests.report import terminal
from load_tests.report.folders import report_folder
from load_tests.running.choice import choose
from load_tests.running.launch import Launcher
from load_tests.running.preflight import check_base_url, why_not_reachable, without_password
from load_tests.specification.errors import ScenarioError
from load_tests.specification.quantities import format_duration, parse_rate, parse_share
from load_tests.specification.scenario import Scenario

HIGHEST_RPS = 100_000.0
FINEST, COARSEST = 0.02, 1.0


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of `python -m load_tests.planning`."""
    parser = commands.add_parser("capacity", help="how much one replica takes", description=__doc__)
    parser.add_argument("scenario", metavar="SCENARIO", help="name of one in load_tests/scenarios, or a path")
    parser.add_argument("--host", default="http://127.0.0.1:8000", help="base URL of the service (%(default)s)")
    parser.add_argument(
        "--from", dest="first_rps", type=_rate, metavar="50/s", help="first rate; default: that of the busiest stage"
    )
    parser.add_argument(
        "--at-most", dest="highest_rps", type=_rate, default="2000/s", metavar="2000/s", help="highest rate to try"
    )
    parser.add_argument(
        "--resolution",
        type=_resolution,
        default="10%",
        metavar="10%",
        help="how near to each other the rate kept and the one that is not have to be",
    )
    parser.add_argument(
        "--processes", type=process_count, default=1, metavar="N", help="that share a rate (%(default)s)"
    )
    parser.add_argument("--limit", type=cores_in, metavar="500m", help="CPU limit of the replica, to be remembered")
    parser.add_argument("--out", type=Path, default=CAPACITY_FILE, help="where the result is written (%(default)s)")
    parser.set_defaults(run=run)


def _rate(text: str) -> float:
    try:
        rate_rps = parse_rate(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if not 0 < rate_rps <= HIGHEST_RPS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a rate above 0/s and up to {HIGHEST_RPS:.0f}/s")
    return rate_rps


def _resolution(text: str) -> float:
    try:
        resolution = parse_share(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if not FINEST <= resolution <= COARSEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not from {FINEST:.0%} to {COARSEST:.0%}")
    return resolution


def run(options: argparse.Namespace) -> int:
    """Search, write what was found and show it; the exit code."""
    scenario, host = choose(options.scenario).scenario, check_base_url(options.host)
    limits = limits_of(scenario, options.first_rps, options.highest_rps, options.resolution)
    progress = Progress(sys.stdout)
    _announce(scenario, host, limits, progress.say)
    if problem := why_not_reachable(host):
        return _invalid(problem)
    folder = report_folder("", f"capacity-{scenario.name}", datetime.now(UTC))
    launcher = Launcher(host, Sharing(options.processes))
    search = Search(scenario, limits, launcher, folder, progress, limit_cores=options.limit)
    try:
        capacity = search.run()
    except (InterruptedSearchError, KeyboardInterrupt):
        return _invalid(f"interrupted: nothing was written to {options.out}; the probes' reports are in {folder}")
    except NotOneReplicaError as error:
        sys.stderr.write(f"\n{error}\n")
        return USAGE_ERROR
    return show(capacity, folder, write(capacity, options.out), sys.stdout)


def _invalid(reason: str) -> int:
    sys.stdout.write("\n")
    terminal.say_verdict(Verdict.INVALID, reason, sys.stdout)
    return Verdict.INVALID.exit_code


def write(capacity: Capacity, path: Path) -> str:
    """Write what was found; where it is. A search that found nothing out takes no earlier one's place."""
    if capacity.ended is End.UNTRUSTED and capacity.kept_rps is None:
        return f"not written, {path} is as it was"
    capacity.write(path)
    return str(path)


def limits_of(scenario: Scenario, first_rps: float | None, highest_rps: float, resolution: float) -> Limits:
    """Where to search; ScenarioError if no probe there could come to a verdict."""
    lowest_rps = lowest_rate_rps(scenario)
    if first_rps is None:
        first_rps = min(max(busiest_stage(scenario).offered_rps, lowest_rps), highest_rps)
    if first_rps > highest_rps:
        raise ScenarioError(f"--from {first_rps:g}/s is more than --at-most {highest_rps:g}/s")
    if first_rps < lowest_rps:
        slowest = min(wanted_of(scenario), key=lambda one: one.allowed or 1.0).objective.title
        raise ScenarioError(
            f"{scenario.name}: proving {slowest} at {first_rps:g}/s would take more than "
            f"{format_duration(USUAL.longest_proof_s)}: search from {lowest_rps:g}/s or more, or demand less"
        )
    for rate_rps in (lowest_rps, first_rps, highest_rps):
        for confirms in (False, True):
            probe_of(scenario, rate_rps, 1, confirms)  # refuses what could not be judged, before any load
    return Limits(first_rps, lowest_rps, highest_rps, resolution)


def _announce(scenario: Scenario, host: str, limits: Limits, say: Callable[[str], None]) -> None:
    """Say what is about to be done, and what will take longer than the rest."""
    titles = ", ".join(one.objective.title for one in wanted_of(scenario))
    say(f"\nHow much one replica takes: {scenario.name} against {without_password(host)}{scenario.prediction_path}")
    say(
        f"To be kept: {titles}. From {limits.first_rps:g}/s, until what is kept and what is not are within "
        f"{limits.resolution:.0%} of each other: {limits.most_probes} probes at most."
    )
    if left := left_to_confirming(scenario, limits.first_rps):
        named = ", ".join(one.objective.title for one in left)
        say(
            f"{named} would take more than {format_duration(USUAL.longest_s)} to prove at {limits.first_rps:g}/s: at "
            "such rates only the probe that confirms is held to it, and is longer."
        )
    say("")
