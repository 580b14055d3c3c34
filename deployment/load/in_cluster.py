"""A load test as Jobs in the cluster, from the image to the reports on this disk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.network import Service, in_url
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


@dataclass(frozen=True)
class LoadInCluster:
    """Load tests of the service of a cluster, offered by its own pods."""

    request: Request
    kubectl: Kubectl
    provider: Provider
    clock: Clock

    def run_all(self, names: Sequence[str], begins: Callable[[], None] = lambda: None) -> int:
        """Run scenarios one after the other; the exit code is the worst verdict's, and INVALID if one was not run.

        `begins` is called whenever load begins.
        """
        scenarios = check_scenarios(names)
        self._refuse_a_second()
        image = describe(self.request, LOAD_IMAGE)
        self.provider.provide(image)
        self._refuse_a_second()  # one may have begun while the image was built, and would be removed
        interruption = Interruption()
        codes: list[int] = []
        with watched(self.kubectl, self.request.folder) as cluster_record:
            for scenario in scenarios:
                codes.append(self._run(scenario, image, cluster_record, interruption, begins))
                if interruption.came:
                    break
        codes += [INVALID] * (len(scenarios) - len(codes))
        if len(scenarios) > 1:
            say_all([scenario.name for scenario in scenarios], codes)
        return worst(codes)

    def _refuse_a_second(self) -> None:
        job = pods.master_job(self.kubectl)
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
            workers=self.request.workers,
        )
        rendered = manifests.render(self.request, load_test, image, self.kubectl.program, self.provider.preloaded)
        remove(self.kubectl)
        say(f"starting {scenario.name} in the cluster: a master and {load_test.workers} workers")
        pod = self._begin(rendered)
        begins()
        with told_to_stop(self.kubectl, pod, interruption):
            try:
                return fetch(self.kubectl, pod, self.clock, REPORTS, cluster_record)
            finally:
                if interruption.came:
                    remove(self.kubectl)

    def _begin(self, rendered: str) -> str:
        """Start everything, or nothing; the name of the master's pod."""
        try:
            self.kubectl.output("apply", "--filename", "-", given=rendered)
            return pods.wait_until_started(self.kubectl, self.request.workers, self.clock)
        except (DeploymentError, KeyboardInterrupt):
            remove(self.kubectl)
            raise

    def _address(self) -> str:
        """The service's own address: its name would be looked up for every connection, and the time counted."""
        address = self.kubectl.get(Service, "service", SERVICE).spec.cluster_ip
        return f"http://{SERVICE if address in ('', 'None') else in_url(address)}"

    def fetch(self) -> int:
        """Follow the load test that is under way, or bring the reports of the last one."""
        masters = pods.pods_named(self.kubectl, pods.MASTER)
        if not masters:
            raise DeploymentError("there is no load test in the cluster, and none that has ended: make loadtest")
        pod = masters[0].metadata.name
        with told_to_stop(self.kubectl, pod, Interruption()):
            return fetch(self.kubectl, pod, self.clock, REPORTS)


def remove(kubectl: Kubectl) -> None:
    """Remove the Jobs of a load test with their pods; fine if there are none."""
    kubectl.output("delete", "jobs,configmaps", "--selector", COMPONENT, "--ignore-not-found", "--cascade=foreground")
