"""Looks at a Deployment every few seconds and writes down what it sees, until it is told to stop."""

import time
from collections.abc import Callable
from urllib.parse import quote

import psutil

from load_tests.cluster.answers import OK, Answer
from load_tests.cluster.errors import ClusterError
from load_tests.cluster.measures import CpuCounters, counters_in
from load_tests.cluster.objects import autoscaler_of, pods_of, usage_of, workload_of
from load_tests.cluster.proxy import ApiProxy
from load_tests.cluster.samples import Autoscaler, Sample, Workload

LOOK_EVERY_S = 5.0
COUNT_EVERY_S = 15.0
"""How often the kubelet is asked, whose answer tells of all pods of a node."""
AUTOSCALING_VERSIONS = ("v2", "v2beta2", "v1")
NOT_FOUND = 404
FORBIDDEN = (401, 403)
_THROTTLING = "throttling on"


class Watcher:
    """Looks at one Deployment.

    Parameters
    ----------
    api : ApiProxy
        The way to the API server.
    namespace, deployment : str
        What is looked at.
    now_s : callable
        Seconds since 1970.
    """

    def __init__(self, api: ApiProxy, namespace: str, deployment: str, now_s: Callable[[], float] = time.time) -> None:
        self._api = api
        self._namespace, self._deployment = namespace, deployment
        self._now_s = now_s
        self._version = ""
        self._counted_s = float("-inf")
        self._counters: dict[str, CpuCounters] = {}
        self._unreadable: dict[str, str] = {}

    def look(self) -> Sample:
        """See what there is; ClusterError if the API server does not let us, or says what is not understood."""
        try:
            return self._look()
        except (LookupError, TypeError, ValueError) as error:
            raise ClusterError(f"an answer of the API server is not understood: {error!r}") from error

    def _look(self) -> Sample:
        at = self._now_s()
        answer = self._get(f"/apis/apps/v1/namespaces/{self._namespace}/deployments/{self._deployment}")
        workload = workload_of(answer.document)
        selector = quote(workload.selector, safe="")
        listed = self._get(f"/api/v1/namespaces/{self._namespace}/pods?labelSelector={selector}")
        pods = pods_of(listed.document, workload.container)
        used = self._used(workload, selector)
        if at - self._counted_s >= COUNT_EVERY_S:
            self._counted_s = at
            self._counters = self._count({pod.node for pod in pods if pod.node}, workload)
        return Sample(
            at=round(at, 2),
            ahead_s=answer.ahead_s,
            replicas=workload.replicas,
            pods=pods,
            autoscaler=self._autoscaler(),
            used_cores=used,
            counters=dict(self._counters),
            unreadable=tuple(f"{what}: {why}" for what, why in self._unreadable.items()),
            own_cpu_s=self._own_cpu_s(),
        )

    def look_again(self) -> Sample:
        """See what there is, or say why nothing can be seen; kubectl is started again if it has ended."""
        try:
            if not self._api.runs:
                self._api.start()
            return self.look()
        except ClusterError as error:
            return Sample(at=round(self._now_s(), 2), problem=str(error), own_cpu_s=self._own_cpu_s())

    def _own_cpu_s(self) -> float:
        own = psutil.Process().cpu_times()
        return round(own.user + own.system + self._api.cpu_s, 2)

    def _get(self, path: str) -> Answer:
        """Ask for what the record cannot do without."""
        answer = self._api.get(path)
        if answer.status == OK:
            return answer
        what = f"{path.partition('?')[0]}: {answer.complaint}"
        if answer.status == NOT_FOUND:
            raise ClusterError(f"nothing to watch at {what}. Deploy first (make deploy), or name what is deployed")
        if answer.status in FORBIDDEN:
            raise ClusterError(f"you may not read {what}. Ask for the cluster role `view` in this namespace")
        raise ClusterError(f"the API server does not answer {what}. Is the cluster running? kubectl get --raw /readyz")

    def _try(self, what: str, path: str) -> Answer | None:
        """Ask for what the record can do without, and remember why it has to."""
        answer = self._api.get(path)
        self._unreadable.pop(what, None)
        if answer.status == OK:
            return answer
        self._unreadable[what] = answer.complaint
        return None

    def _autoscaler(self) -> Autoscaler | None:
        """The autoscaler, in the newest version that the cluster speaks."""
        for version in (self._version,) if self._version else AUTOSCALING_VERSIONS:
            path = f"/apis/autoscaling/{version}/namespaces/{self._namespace}/horizontalpodautoscalers"
            answer = self._try("autoscaler", path)
            if answer is not None:
                self._version = version
                return autoscaler_of(answer.document, self._deployment)
        return None

    def _used(self, workload: Workload, selector: str) -> dict[str, float]:
        path = f"/apis/metrics.k8s.io/v1beta1/namespaces/{self._namespace}/pods?labelSelector={selector}"
        answer = self._try("CPU of pods", path)
        return {} if answer is None else dict(usage_of(answer.document, workload.container))

    def _count(self, nodes: set[str], workload: Workload) -> dict[str, CpuCounters]:
        counters: dict[str, CpuCounters] = {}
        for what in [what for what in self._unreadable if what.startswith(_THROTTLING)]:
            del self._unreadable[what]  # its node may be one that is not asked any more
        for node in sorted(nodes):
            answer = self._try(f"{_THROTTLING} {node}", f"/api/v1/nodes/{node}/proxy/metrics/cadvisor")
            if answer is not None:
                text = answer.body.decode("utf-8", "replace")
                counters |= counters_in(text, self._namespace, workload.container)
        return counters
