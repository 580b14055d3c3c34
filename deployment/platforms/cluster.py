"""The service on a Kubernetes cluster, whoever provides it."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property

from deployment.cluster import manifests, pod_metrics, requirements, rollout
from deployment.cluster.kubectl import Kubectl
from deployment.cluster.network import Node
from deployment.cluster.observed import Listed, Named
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.image import describe
from deployment.load.in_cluster import LoadInCluster
from deployment.load.manifests import requested_cores
from deployment.platforms.finding import Finding, finding
from deployment.platforms.provider import Provider
from deployment.quantities import cores
from deployment.request import NAMESPACE, SERVICE, Request, Where
from deployment.waiting import Clock, wait_for

GONE_PATIENCE_S = 180.0
_PART_OF = manifests.PART_OF.split("=")


@dataclass(frozen=True)
class ClusterPlatform:
    """A cluster."""

    request: Request
    provider: Provider
    clock: Clock

    @cached_property
    def kubectl(self) -> Kubectl:
        """How it is reached."""
        return Kubectl(self.provider.context, self.provider.kubectl_program)

    def look(self) -> Iterator[Finding]:
        """Yield what has to be in order."""
        yield finding("kubectl", self._kubectl_version)
        yield from self.provider.look()
        yield finding("API server", self._api_server)
        yield finding("namespace", self._namespace_found)
        yield finding("rights", lambda: requirements.insist_on_rights(self.kubectl, self._namespace() is not None))
        yield finding("node port", lambda: requirements.insist_on_node_port(self.kubectl))
        if self.request.monitoring:
            yield finding("monitoring", lambda: requirements.insist_on_operator(self.kubectl))
        yield finding("nodes", self._nodes)
        yield finding("metrics", self._metrics)
        if self.request.where is Where.CLUSTER:
            yield finding("load test", self._load_test)

    def _kubectl_version(self) -> str:
        version = Kubectl("", self.provider.kubectl_program).output("version", "--client")
        return version.splitlines()[0].strip()

    def _api_server(self) -> str:
        ready = self.kubectl.attempt("get", "--raw", "/readyz", namespace="default")
        if ready.exit_code != 0:
            raise DeploymentError(f"the cluster does not answer, is it running?\n{ready.complaint}")
        return f"answers, context {self.provider.context}"

    def _namespace_found(self) -> str:
        return f"{NAMESPACE} is there" if self._ours() else f"{NAMESPACE} is still to be made"

    def _nodes(self) -> str:
        nodes = self.kubectl.get(Listed[Node], "nodes").items
        return ", ".join(f"{node.metadata.name} with {node.status.allocatable.get('cpu', '?')} CPU" for node in nodes)

    def _metrics(self) -> str:
        problem = pod_metrics.look_at_api(self.kubectl).problem
        if not problem:
            return "the cluster measures its pods"
        if self.provider.enables_metrics:
            return "not yet; make deploy turns them on"
        if self.request.overlay == "single":
            return f"none, and the bench does without: {problem}"
        raise DeploymentError(f"nothing would be scaled: {problem}")

    def _load_test(self) -> str:
        """Whether Jobs may be made, and whether there is room for them at all."""
        if self.kubectl.attempt("auth", "can-i", "create", "jobs.batch").exit_code != 0:
            raise DeploymentError(f"you may make no Jobs in namespace {NAMESPACE}: ask whoever runs the cluster")
        nodes = self.kubectl.get(Listed[Node], "nodes").items
        there = sum(cores(node.status.allocatable.get("cpu", "0")) for node in nodes)
        needed = requested_cores(self.request.workers)
        if needed > there:
            raise DeploymentError(f"{self.request.workers} workers ask for {needed:g} CPU of {there:g}: WORKERS=1")
        return f"may make Jobs; {self.request.workers} workers and their master ask for {needed:g} CPU of {there:g}"

    def deploy(self) -> str:
        """Build, load, apply, wait."""
        image = describe(self.request)
        self.provider.provide(image)
        self.provider.enable_metrics(self.kubectl)
        say(f"applying overlay {self.request.overlay}")
        rendered = manifests.render(self.request, image, self.kubectl.program, self.provider.preloaded)
        self._wait_until_no_longer_going()
        self._prune(rendered, manifests.SCALING_KINDS)
        self.kubectl.output("apply", "--filename", "-", given=rendered)
        say("waiting for the rollout")
        rollout.wait_until_rolled_out(self.kubectl, self.clock)
        self._prune(rendered, manifests.PRUNED_KINDS)
        if self.kubectl.attempt("get", ",".join(manifests.OPERATOR_KINDS)).exit_code == 0:
            self._prune(rendered, manifests.OPERATOR_KINDS)
        say("waiting for metrics of the pods")
        autoscaled = any(one.kind == "HorizontalPodAutoscaler" for one in manifests.objects_in(rendered))
        pod_metrics.wait_until_measured(self.kubectl, autoscaled, self.clock)
        if autoscaled:
            rollout.wait_until_scaled_to_its_least(self.kubectl, self.clock)
        rollout.insist_on_replicas(self.kubectl, manifests.replicas_in(rendered))
        return image.reference

    def _prune(self, rendered: str, kinds: Sequence[str]) -> None:
        """Remove what another overlay left."""
        selected = ("--selector", manifests.PRUNED, "--output", "name")
        there = self.kubectl.output("get", ",".join(kinds), *selected).split()
        for name in manifests.left_behind(there, manifests.objects_in(rendered)):
            self.kubectl.output("delete", "--ignore-not-found", name)

    def url(self) -> AbstractContextManager[str]:
        """Give the base URL of the service."""
        self._insist_on_a_deployment()
        return self.provider.url(self.kubectl)

    def load(self) -> LoadInCluster:
        """Give what puts load on the service from inside the cluster."""
        self._insist_on_a_deployment()
        return LoadInCluster(self.request, self.kubectl, self.provider, self.clock)

    def status(self) -> None:
        """Tell of pods, CPU, replicas, autoscaler and events."""
        if self._namespace() is None:
            say(f"nothing is deployed on {self.request.platform}")
            return
        for title, arguments in _STATUS:
            shown = self.kubectl.attempt(*arguments)
            say(f"\n{title}\n{(shown.output or shown.complaint).rstrip()}")

    def teardown(self, image: str) -> None:
        """Remove the autoscaler, so that nothing is scaled any more, then the namespace with everything in it."""
        if self._ours() is not None:
            say(f"removing namespace {NAMESPACE}")
            self.kubectl.output("delete", "horizontalpodautoscaler", "--all", "--ignore-not-found")
            self.kubectl.output("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")
            self._wait_until_gone()
        self.provider.remove_image(image)

    def _insist_on_a_deployment(self) -> None:
        if self._namespace() is None:
            raise DeploymentError(f"nothing is deployed on {self.request.platform}: run make deploy")

    def _namespace(self) -> Named | None:
        return self.kubectl.find(Named, "namespace", NAMESPACE)

    def _ours(self) -> Named | None:
        """Return the namespace; one of somebody else is refused, for with the label it would be torn down as ours."""
        namespace = self._namespace()
        if namespace is not None and namespace.metadata.labels.get(_PART_OF[0]) != _PART_OF[1]:
            remedy = f"if it may be used and torn down, `kubectl label namespace {NAMESPACE} {manifests.PART_OF}`"
            raise DeploymentError(f"namespace {NAMESPACE} was not made by make deploy and stays as it is: {remedy}")
        return namespace

    def _wait_until_no_longer_going(self) -> None:
        namespace = self._ours()
        if namespace is not None and namespace.metadata.deletion_timestamp:
            say("waiting for the end of an earlier teardown")
            self._wait_until_gone()

    def _wait_until_gone(self) -> None:
        if wait_for(lambda: "there" if self._namespace() else "", GONE_PATIENCE_S, self.clock):
            said = self.kubectl.attempt("describe", "namespace", NAMESPACE).output
            raise DeploymentError(f"namespace {NAMESPACE} is still there after {GONE_PATIENCE_S:g} s:\n{said}")


_STATUS = (
    ("replicas", ("get", "deployment", SERVICE)),
    ("pods", ("get", "pods", "--output", "wide")),
    ("CPU and memory", ("top", "pods")),
    ("autoscaler", ("get", "horizontalpodautoscaler")),
    ("events", ("get", "events", "--sort-by", ".lastTimestamp")),
)
