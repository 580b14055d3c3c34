"""What a real cluster printed, in Kubernetes 1.20, when the service was told SERVICE_LOG_LEVEL=loud."""

from pathlib import Path
from typing import TypeVar

from deployment.cluster.network import Node, Service
from deployment.cluster.observed import Listed, Named, Observed
from deployment.cluster.pod import Pod
from deployment.cluster.rollout import what_is_missing, why_given_up
from deployment.cluster.workload import Autoscaler, Deployment

_Object = TypeVar("_Object", bound=Observed)
RECORDED = Path(__file__).with_name("recorded")


def recorded(kind: type[_Object], name: str) -> _Object:
    return kind.model_validate_json((RECORDED / f"{name}.json").read_bytes())


def test_the_new_pod_is_told_from_those_that_still_serve() -> None:
    pods = recorded(Listed[Pod], "crashing_pods").items
    assert [pod.ready for pod in pods] == [False, True]
    deployment = recorded(Deployment, "failing_deployment")
    assert "of 10 pods made" in what_is_missing(deployment)
    reason = why_given_up(deployment, pods)
    assert reason.startswith(f"pod {pods[0].metadata.name}: its container ended ")
    assert "exit code 2 (Error)" in reason


def test_every_replica_set_says_its_revision_and_its_hash() -> None:
    sets = recorded(Listed[Named], "replica_sets").items
    assert len(sets) >= 2
    revisions = [one.metadata.annotations["deployment.kubernetes.io/revision"] for one in sets]
    assert len(set(revisions)) == len({one.metadata.labels["pod-template-hash"] for one in sets}) == len(sets)
    assert (
        recorded(Deployment, "failing_deployment").metadata.annotations["deployment.kubernetes.io/revision"]
        in revisions
    )


def test_an_autoscaler_of_an_old_cluster_tells_its_conditions_in_an_annotation() -> None:
    autoscaler = recorded(Autoscaler, "autoscaler")
    assert autoscaler.status.conditions == ()
    assert autoscaler.scaling_active is not None
    assert autoscaler.scaling_active.status == "True"


def test_a_node_port_and_an_address_lead_to_the_service() -> None:
    assert recorded(Service, "service").spec.ports[0].node_port == 30808
    assert [node.address("InternalIP") for node in recorded(Listed[Node], "nodes").items] == ["10.99.0.2"]
