"""`python -m load_tests.planning plan`: how many replicas a scenario needs, and whether an autoscaler is in time."""

import argparse
import math
import sys
from pathlib import Path

from load_tests.planning.capacity import CAPACITY_FILE, Capacity, read_capacity
from load_tests.planning.options import cores_in, count_in, duration_in, share_in
from load_tests.planning.plan_text import show
from load_tests.planning.planner import Allowance, Measured, OutOfReachError, plan_of
from load_tests.planning.sizes import Autoscaling, PodSize
from load_tests.report.terminal import say_result
from load_tests.running.choice import choose
from load_tests.specification.scenario import Scenario

PLAN_FILE = Path("reports") / "plan.json"
OUT_OF_REACH = 1
"""Exit code where no number of replicas keeps the objectives."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of `python -m load_tests.planning`."""
    parser = commands.add_parser("plan", help="how many replicas a scenario needs", description=__doc__)
    parser.add_argument("scenario", metavar="SCENARIO", help="name of one in load_tests/scenarios, or a path")
    parser.add_argument(
        "--capacity", type=Path, default=CAPACITY_FILE, help="what one replica takes, measured before (%(default)s)"
    )
    parser.add_argument("--out", type=Path, default=PLAN_FILE, help="where the plan is written (%(default)s)")
    pod = parser.add_argument_group("the pod")
    pod.add_argument("--request", type=cores_in, default="250m", help="CPU that it requests (%(default)s)")
    pod.add_argument("--limit", type=cores_in, default=math.inf, help="CPU that it may use at most; else no limit")
    pod.add_argument("--start", type=duration_in, default="3s", help="until a new one gets requests (%(default)s)")
    scaler = parser.add_argument_group("the autoscaler")
    scaler.add_argument("--target", type=share_in, default="50%", help="share of the request (50%%)")
    scaler.add_argument("--least", type=count_in, default="1", help="minReplicas before the plan (%(default)s)")
    scaler.add_argument("--most", type=count_in, default="10", help="maxReplicas before the plan (%(default)s)")
    scaler.add_argument(
        "--metrics-every",
        type=duration_in,
        default="15s",
        help="resolution of the metrics server (%(default)s)",
    )
    beyond = parser.add_argument_group("beyond the bare need")
    beyond.add_argument("--uneven", type=share_in, default="10%", help="more than fair for the busiest (10%%)")
    beyond.add_argument("--spare", type=count_in, default="1", help="replicas that may fail (%(default)s)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Plan, write the plan and show it; the exit code."""
    scenario = choose(options.scenario).scenario
    capacity = read_capacity(options.capacity)
    check(capacity, scenario, options.limit, options.capacity)
    measured = Measured(capacity.replica(), capacity.emulated_cpu_ms, capacity.measured_at)
    size = PodSize(options.request, options.limit)
    autoscaling = Autoscaling(
        max(1, options.least),
        max(1, options.most),
        options.target,
        metrics_every_s=options.metrics_every,
        start_s=options.start,
    )
    try:
        plan = plan_of(scenario, measured, size, autoscaling, Allowance(options.uneven, options.spare))
    except OutOfReachError as error:
        say_result("OUT OF REACH", "red", OUT_OF_REACH, str(error), sys.stdout)
        return OUT_OF_REACH
    plan.write(options.out)
    show(plan, options.out, sys.stdout)
    return 0


def check(capacity: Capacity, scenario: Scenario, limit_cores: float, path: Path) -> None:
    """ValueError if what was measured is not what is planned for."""
    if capacity.model != scenario.model:
        raise ValueError(
            f"{path} is of {capacity.model}, and {scenario.name} asks for {scenario.model}: make capacity "
            f"SCENARIO={scenario.name}"
        )
    if capacity.limit_cores != (limit_cores if math.isfinite(limit_cores) else None):
        measured, planned = _limit(capacity.limit_cores), _limit(limit_cores)
        raise ValueError(
            f"{path} was measured with {measured}, and the pods to be planned have {planned}: what may use less "
            "takes less. Measure such a pod (make deploy, or make deploy PLATFORM=docker, then make capacity)"
        )


def _limit(cores: float | None) -> str:
    return "no CPU limit" if cores is None or math.isinf(cores) else f"a CPU limit of {1000 * cores:.0f}m"
