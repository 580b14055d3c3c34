"""A load test as Jobs in the cluster, from the image to the reports on this disk."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.network import Service
from deployment.cluster.watching import watched
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.image import LOAD_IMAGE, Image, describe
from deployment.load import manifests, pods
from deployment.load.fetch import fetch
from deployment.load.interruption import Interruption, told_to_stop
from deployment.load.manifests import COMPONENT, LoadTest
from deployment.load.scenario_files import ScenarioFile, check_scenarios
from deployment.load.verdict import INVALID, say_all, worst
from deployment.platforms.provider import Provider
from deployment.request import SERVICE, Request
from deployment.waiting import Clock

REPORTS = Path("reports")


class LoadInCluster:
    """Load tests of the service of a cluster, offered by its own pods.

    Parameters
    ----------
    request : Request
        What is asked for.
    kubectl : Kubectl
        How the cluster is reached.
    provider : Provider
        How it gets images.
    clock : Clock
        How waiting is done.
    """

    def __init__(self, request: Request, kubectl: Kubectl, provider: Provider, clock: Clock) -> None:
        self._request = request
        self._kubectl = kubectl
        self._provider = provider
        self._clock = clock

    def run_all(self, names: Sequence[str], begins: Callable[[], None] = lambda: None) -> int:
        """Run scenarios one after the other; the exit code is the worst verdict's, and INVALID if one was not run.

        `begins` is called whenever load begins.
        """
        scenarios = check_scenarios(names)
        self._refuse_a_second()
        image = describe(self._request, LOAD_IMAGE)
        self._provider.provide(image)
        interruption = Interruption()
        codes: list[int] = []
        with watched(self._kubectl, self._request.folder) as cluster_record:
            for scenario in scenarios:
                codes.append(self._run(scenario, image, cluster_record, interruption, begins))
                if interruption.came:
                    break
        codes += [INVALID] * (len(scenarios) - len(codes))
        if len(scenarios) > 1:
            say_all([scenario.name for scenario in scenarios], codes)
        return worst(codes)

    def _refuse_a_second(self) -> None:
        job = pods.master_job(self._kubectl)
        if job is not None and job.status.active:
            raise DeploymentError(
                "a load test is under way in the cluster: `make fetch` follows it to its end, and Ctrl-C ends it there"
            )

    def _run(
        self,
        scenario: ScenarioFile,
        image: Image,
        cluster_record: Path,
        interruption: Interruption,
        begins: Callable[[], None],
    ) -> int:
        """Run one scenario. What is interrupted is removed; what has ended, or may go on unseen, stays."""
        load_test = LoadTest(
            run=f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{scenario.name}",
            scenario=scenario,
            host=self._address(),
            workers=self._request.workers,
        )
        rendered = manifests.render(self._request, load_test, image, self._kubectl.program, self._provider.preloaded)
        remove(self._kubectl)
        say(f"starting {scenario.name} in the cluster: a master and {load_test.workers} workers")
        pod = self._begin(rendered)
        begins()
        with told_to_stop(self._kubectl, pod, interruption):
            try:
                return fetch(self._kubectl, pod, self._clock, REPORTS, cluster_record)
            finally:
                if interruption.came:
                    remove(self._kubectl)

    def _begin(self, rendered: str) -> str:
        """Start everything, or nothing; the name of the master's pod."""
        try:
            self._kubectl.output("apply", "--filename", "-", given=rendered)
            return pods.wait_until_started(self._kubectl, self._request.workers, self._clock)
        except (DeploymentError, KeyboardInterrupt):
            remove(self._kubectl)
            raise

    def _address(self) -> str:
        """The service's own address: its name would be looked up for every connection, and the time counted."""
        address = self._kubectl.get(Service, "service", SERVICE).spec.cluster_ip
        return f"http://{SERVICE if address in ('', 'None') else address}"

    def fetch(self) -> int:
        """Follow the load test that is under way, or bring the reports of the last one."""
        masters = pods.pods_named(self._kubectl, pods.MASTER)
        if not masters:
            raise DeploymentError("there is no load test in the cluster, and none that has ended: make loadtest")
        pod = masters[0].metadata.name
        with told_to_stop(self._kubectl, pod, Interruption()):
            return fetch(self._kubectl, pod, self._clock, REPORTS)


def remove(kubectl: Kubectl) -> None:
    """Remove the Jobs of a load test with their pods; fine if there are none."""
    kubectl.output("delete", "jobs,configmaps", "--selector", COMPONENT, "--ignore-not-found", "--cascade=foreground")
