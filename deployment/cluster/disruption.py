"""What happens to pods on ordinary days, done under load: they are replaced one by one, and some are taken away."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.observed import Listed
from deployment.cluster.rollout import pods_of, wait_until_rolled_out
from deployment.cluster.workload import Autoscaler, Deployment
from deployment.commands import output_of
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.request import SERVICE
from deployment.waiting import Clock

PODS = 3
SCENARIO = "disruption"
RESTART_AFTER_S = 20.0
SCALE_DOWN_AFTER_S = 85.0
_TARGET = f"deployment/{SERVICE}"


@dataclass(frozen=True)
class Act:
    """One thing that is done, so long after the load has begun."""

    at_s: float
    what: str
    arguments: tuple[str, ...]
    replaces_all: bool = False
    """Whether none of the pods that were there before may be there when the next thing is done."""


ACTS = (
    Act(RESTART_AFTER_S, "rolling restart", ("rollout", "restart", _TARGET), replaces_all=True),
    Act(SCALE_DOWN_AFTER_S, "scale-down to 1 pod", ("scale", _TARGET, "--replicas=1")),
)


def under_disruption(
    kubectl: Kubectl,
    clock: Clock,
    run_load: Callable[[Callable[[], None]], int],
    acts: Sequence[Act] = ACTS,
) -> int:
    """Run a load test while pods are replaced and taken away; its exit code. Afterwards there are as many as before.

    `run_load` calls what it is given when the load begins.
    """
    _refuse_autoscaled(kubectl)
    before = kubectl.get(Deployment, "deployment", SERVICE).spec.replicas
    say(f"scaling to {PODS} pods")
    kubectl.output("scale", _TARGET, f"--replicas={PODS}")
    try:
        wait_until_rolled_out(kubectl, clock)
        over = threading.Event()
        failures: list[str] = []
        actor = threading.Thread(target=lambda: failures.extend(_act(kubectl, over, acts)))
        try:
            exit_code = run_load(actor.start)
        finally:
            over.set()
            if actor.ident is not None:
                actor.join()
        if failures:
            raise DeploymentError(f"the load test was not disrupted as it should be: {failures[0]}")
        return exit_code
    finally:
        kubectl.output("scale", _TARGET, f"--replicas={before}")


def _refuse_autoscaled(kubectl: Kubectl) -> None:
    if kubectl.get(Listed[Autoscaler], "horizontalpodautoscaler").items:
        raise DeploymentError("an autoscaler would scale against it: make deploy OVERLAY=single")


def _act(kubectl: Kubectl, over: threading.Event, acts: Sequence[Act]) -> Iterator[str]:
    """Do everything when its time has come; what cannot be done is yielded."""
    passed_s = 0.0
    to_go: frozenset[str] = frozenset()
    for act in acts:
        if over.wait(act.at_s - passed_s):
            yield f"it ended before the {act.what}"
            return
        passed_s = act.at_s
        try:
            there = _uids(kubectl)
            if left := len(to_go & there):
                yield f"{left} of {len(to_go)} pods were not replaced before the {act.what}: is there room for one?"
                return
            to_go = there if act.replaces_all else frozenset()
            say(f"  {act.what}")
            output_of(kubectl.command(*act.arguments))
        except DeploymentError as error:
            yield f"{act.what}: {error}"


def _uids(kubectl: Kubectl) -> frozenset[str]:
    """Who is there, but for pods that are told to end."""
    return frozenset(pod.metadata.uid for pod in pods_of(kubectl) if not pod.metadata.deletion_timestamp)
