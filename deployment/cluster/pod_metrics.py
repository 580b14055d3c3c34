"""Whether the cluster measures its pods: what the autoscaler needs, and what `make status` shows."""

from dataclasses import dataclass

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.rollout import SELECTOR
from deployment.cluster.workload import Autoscaler
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.request import SERVICE
from deployment.waiting import Clock, wait_for

PATIENCE_S = 180.0
_API = "/apis/metrics.k8s.io/v1beta1"
_INSTALL = (
    "install metrics-server (https://github.com/kubernetes-sigs/metrics-server), on kind with --kubelet-insecure-tls"
)
_LOOK = "look at `kubectl get apiservice v1beta1.metrics.k8s.io`; on kind, metrics-server needs --kubelet-insecure-tls"


def wait_until_measured(kubectl: Kubectl, autoscaled: bool, clock: Clock) -> None:
    """Return once CPU of the pods is known, and the autoscaler acts on it if there is one.

    Without an autoscaler, missing metrics are worth a line and no failure.
    """
    api = look_at_api(kubectl)
    if api.problem and not api.may_come:
        _give_up(api.problem, autoscaled)
    elif what := wait_for(lambda: _missing(kubectl, autoscaled), PATIENCE_S, clock):
        _give_up(f"no metrics after {PATIENCE_S:g} s: {what}", autoscaled)


@dataclass(frozen=True)
class MetricsApi:
    """What the cluster says when it is asked for its metrics API."""

    problem: str = ""
    may_come: bool = False
    """Whether it is installed, and only does not answer yet."""


def look_at_api(kubectl: Kubectl) -> MetricsApi:
    """Ask for the API itself: its registration says nothing of the server behind it, and not everybody may read it."""
    asked = kubectl.attempt("get", "--raw", _API)
    if asked.exit_code == 0:
        return MetricsApi()
    if "(NotFound)" in asked.errors:
        return MetricsApi(f"this cluster measures no pods: {_INSTALL}")
    if "(Forbidden)" in asked.errors:
        return MetricsApi(f"you may not ask for metrics, ask whoever runs the cluster: {asked.complaint}")
    return MetricsApi(f"metrics-server does not answer, {_LOOK}: {asked.complaint}", may_come=True)


def _missing(kubectl: Kubectl, autoscaled: bool) -> str:
    top = kubectl.attempt("top", "pods", "--selector", SELECTOR, "--no-headers")
    if top.exit_code != 0 or not top.output.strip():
        return top.complaint
    return _why_not_scaling(kubectl.get(Autoscaler, "horizontalpodautoscaler", SERVICE)) if autoscaled else ""


def _why_not_scaling(autoscaler: Autoscaler) -> str:
    active = autoscaler.scaling_active
    if active is None:
        return "the autoscaler has not looked yet"
    return "" if active.status == "True" else f"{active.reason}: {active.message}"


def _give_up(reason: str, autoscaled: bool) -> None:
    if autoscaled:
        raise DeploymentError(f"the autoscaler cannot work: {reason}")
    say(f"note: {reason}")
