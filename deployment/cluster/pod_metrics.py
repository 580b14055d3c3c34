"""Whether the cluster measures its pods: what the autoscaler needs, and what `make status` shows."""

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.rollout import SELECTOR
from deployment.cluster.workload import Autoscaler
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.request import SERVICE
from deployment.waiting import Clock, wait_for

PATIENCE_S = 180.0
REMEDY = "install metrics-server (https://github.com/kubernetes-sigs/metrics-server)"


def wait_until_measured(kubectl: Kubectl, autoscaled: bool, clock: Clock) -> None:
    """Return once CPU of the pods is known, and the autoscaler acts on it if there is one.

    Without an autoscaler, missing metrics are worth a line and no failure.
    """
    if not is_served(kubectl):
        _give_up(f"this cluster measures no pods: {REMEDY}", autoscaled)
        return
    if what := wait_for(lambda: _missing(kubectl, autoscaled), PATIENCE_S, clock):
        _give_up(f"no metrics after {PATIENCE_S:g} s: {what}", autoscaled)


def is_served(kubectl: Kubectl) -> bool:
    """Say whether the cluster has the metrics API at all."""
    return kubectl.attempt("get", "apiservice", "v1beta1.metrics.k8s.io").exit_code == 0


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
