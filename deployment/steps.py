"""What the commands do, the same on every platform; each returns an exit code."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from deployment import record
from deployment.cluster.disruption import SCENARIO, under_disruption
from deployment.cluster.watching import watched
from deployment.console import say
from deployment.doctor import examine, insist
from deployment.errors import DeploymentError
from deployment.first_prediction import wait_for_a_right_prediction
from deployment.load.here import run_load_test
from deployment.load.in_cluster import LoadInCluster
from deployment.platforms.choice import cluster_for, platform_for
from deployment.platforms.platform import Platform
from deployment.pod_template import insist_on_time_to_drain
from deployment.record import Record
from deployment.request import PlatformName, Request, Where
from deployment.waiting import Clock

NOT_IN_ORDER = 2


def doctor(request: Request, clock: Clock) -> int:
    """Look whether everything is there that deploy needs."""
    platform = cluster_for(request, clock) if request.where is Where.CLUSTER else platform_for(request, clock)
    return 0 if examine(platform) else NOT_IN_ORDER


def deploy(request: Request, clock: Clock) -> int:
    """Bring the service to the platform and wait until it answers rightly."""
    platform = platform_for(request, clock)
    if request.platform is not PlatformName.LOCAL:
        insist_on_time_to_drain(request.overlay, request.settings)
    insist(platform)
    begun = Record(
        platform=request.platform,
        overlay=request.overlay,
        context=platform.kubectl.context if platform.kubectl else "",
        registry=request.registry,
        base_image=request.base_image,
    )
    record.write(begun, request.folder)
    image = platform.deploy()
    record.write(begun.model_copy(update={"image": image}), request.folder)
    with _base_url(request, platform) as found:
        model = wait_for_a_right_prediction(found, clock)
        say(f"\n{model} answers rightly at {found}\nnow: make loadtest SCENARIO=smoke")
    return 0


def status(request: Request, clock: Clock) -> int:
    """Tell how the service is there."""
    platform_for(request, clock).status()
    return 0


def url(request: Request, clock: Clock) -> int:
    """Print the base URL of the service."""
    with _base_url(request, platform_for(request, clock)) as found:
        say(found)
    return 0


def loadtest(request: Request, clock: Clock, scenarios: list[str]) -> int:
    """Put load on the service; the exit code is the verdict's."""
    if request.where is Where.CLUSTER:
        return _load_in_cluster(request, clock).run_all(scenarios)
    platform = platform_for(request, clock)
    with _base_url(request, platform) as found, _record(request, platform) as cluster_record:
        return run_load_test(found, scenarios, cluster_record)


def fetch(request: Request, clock: Clock) -> int:
    """Follow the load test in the cluster, or bring the reports of the last one; the exit code is the verdict's."""
    return cluster_for(request, clock).load().fetch()


def disrupt(request: Request, clock: Clock) -> int:
    """Replace pods and take some away under load; no request may be lost."""
    platform = platform_for(request, clock)
    kubectl = platform.kubectl
    if kubectl is None or request.host:
        raise DeploymentError("only pods can be replaced and taken away: PLATFORM=minikube, kind or kubernetes")
    if request.where is Where.CLUSTER:
        load = _load_in_cluster(request, clock)
        return under_disruption(kubectl, clock, lambda begins: load.run_all([SCENARIO], begins))
    with platform.url() as found, watched(kubectl, request.folder) as cluster_record:

        def run_load(begins: Callable[[], None]) -> int:
            begins()
            return run_load_test(found, [SCENARIO], cluster_record)

        return under_disruption(kubectl, clock, run_load)


def teardown(request: Request, clock: Clock) -> int:
    """Remove everything that deploy made."""
    last = record.read(request.folder)
    image = last.image if last and last.platform is request.platform else ""
    platform = platform_for(request, clock)
    platform.teardown(image)
    record.mark_torn_down(request.platform, request.folder)
    say(f"torn down on {request.platform}{f', context {platform.kubectl.context}' if platform.kubectl else ''}")
    return 0


def _load_in_cluster(request: Request, clock: Clock) -> LoadInCluster:
    if request.host:
        raise DeploymentError("WHERE=cluster: pods reach nothing but the service beside them, so leave HOST out")
    cluster = cluster_for(request, clock)
    insist(cluster)
    return cluster.load()


def _record(request: Request, platform: Platform) -> AbstractContextManager[Path | None]:
    """Have the cluster watched, if the service is on one; nobody knows what stands behind a URL that was given."""
    kubectl = None if request.host else platform.kubectl
    return nullcontext() if kubectl is None else watched(kubectl, request.folder)


def _base_url(request: Request, platform: Platform) -> AbstractContextManager[str]:
    return nullcontext(request.host) if request.host else platform.url()
