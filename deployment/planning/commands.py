"""`make capacity`, `make plan`: what one pod takes, and how many are needed, for what is deployed."""

from collections.abc import Sequence
from pathlib import Path

from deployment import record
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.load.here import run_module
from deployment.planning.arrangement import BENCH, PLANNED_FROM, limit_of, read_arrangement
from deployment.planning.overlay import OVERLAY, read_plan, write_overlay
from deployment.platforms.choice import platform_for
from deployment.pod_template import read_pod_template
from deployment.request import PlatformName, Request
from deployment.waiting import Clock

CAPACITY = Path("reports") / "capacity.json"
PLAN = Path("reports") / "plan.json"


def capacity(request: Request, clock: Clock, scenarios: Sequence[str]) -> int:
    """Find the highest rate at which one replica keeps the objectives of a scenario."""
    scenario = _only(scenarios)
    if request.host:
        return _measure(scenario, request.host, "")
    deployed = _deployed(request)
    with platform_for(request, clock).url() as url:
        return _measure(scenario, url, deployed)


def _deployed(request: Request) -> str:
    """The CPU limit of what is deployed, empty where there is none; DeploymentError if it is more than one pod."""
    last = record.read(request.folder)
    if request.platform is PlatformName.LOCAL:
        return ""
    overlay = last.overlay if last and last.platform is request.platform else BENCH
    if overlay != BENCH:
        raise DeploymentError(
            f"overlay {overlay} is deployed, and capacity is what one replica takes: make deploy OVERLAY={BENCH}"
        )
    return limit_of(read_pod_template(overlay))


def _measure(scenario: str, url: str, limit: str) -> int:
    limited = ["--limit", limit] if limit else []
    return run_module("load_tests.planning", "capacity", scenario, "--host", url, "--out", str(CAPACITY), *limited)


def plan(request: Request, clock: Clock, scenarios: Sequence[str]) -> int:
    """Say how many replicas a scenario needs and whether the autoscaler would bring them in time; write the overlay."""
    del request, clock
    arrangement = read_arrangement()
    code = run_module(
        *("load_tests.planning", "plan", _only(scenarios), "--capacity", str(CAPACITY), "--out", str(PLAN)),
        *arrangement.options,
    )
    if code == 0:
        folder = write_overlay(read_plan(PLAN))
        say(f"written: {folder}, which is {PLANNED_FROM} with these bounds\nnow: make deploy OVERLAY={OVERLAY}")
    return code


def _only(scenarios: Sequence[str]) -> str:
    if len(scenarios) != 1:
        raise DeploymentError(f"SCENARIO={' '.join(scenarios)}: give one scenario")
    return scenarios[0]
