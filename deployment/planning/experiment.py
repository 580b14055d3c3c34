"""The experiment: the same load on one pod, on an autoscaled one, and on as many as were planned."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from deployment import steps
from deployment.cluster.watching import watched
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.load.here import run_load_test, run_module
from deployment.planning.arrangement import BENCH, PLANNED_FROM
from deployment.planning.overlay import OVERLAY
from deployment.platforms.choice import platform_for
from deployment.request import OVERLAYS, Request
from deployment.waiting import Clock

ARRANGEMENTS = (BENCH, PLANNED_FROM, OVERLAY)
REFUSED = 2
INTERRUPTED = 4


def experiment(request: Request, clock: Clock, scenarios: Sequence[str]) -> int:
    """Put the load on one pod, on an autoscaled one and on the planned ones; the exit code is that of the last."""
    if request.host or platform_for(request, clock).kubectl is None:
        raise DeploymentError("only a cluster has an autoscaler: PLATFORM=minikube, kind or kubernetes, and no HOST")
    if not (OVERLAYS / OVERLAY).is_dir():
        raise DeploymentError("nothing is planned: make capacity, then make plan")
    folder = Path("reports") / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-experiment"
    codes: list[int] = []
    for overlay in ARRANGEMENTS:
        arranged = _begun(overlay, request, clock)
        codes.append(_loaded(arranged, clock, scenarios, folder / overlay))
        if codes[-1] in (REFUSED, INTERRUPTED):
            return codes[-1]
    run_module("load_tests.planning", "side-by-side", *(str(folder / overlay) for overlay in ARRANGEMENTS))
    return codes[-1]


def _begun(overlay: str, request: Request, clock: Clock) -> Request:
    """Deploy an arrangement from the bench's one pod on: of an earlier one, more would be left for minutes."""
    for name in dict.fromkeys((BENCH, overlay)):
        say(f"\n{overlay}: deploying {name}")
        steps.deploy(replace(request, overlay=name), clock)
    return replace(request, overlay=overlay)


def _loaded(request: Request, clock: Clock, scenarios: Sequence[str], folder: Path) -> int:
    platform = platform_for(request, clock)
    assert platform.kubectl is not None  # noqa: S101 (checked before anything was deployed)
    with platform.url() as url, watched(platform.kubectl, request.folder) as cluster_record:
        return run_load_test(url, scenarios, cluster_record, folder)
