"""What the cluster has to allow and to have free, looked at before anything is built."""

from deployment.cluster.kubectl import Kubectl
from deployment.cluster.network import Service
from deployment.cluster.observed import Listed
from deployment.errors import DeploymentError
from deployment.manifest_file import read_manifest
from deployment.request import NAMESPACE, ROOT, SERVICE

_OPERATOR_API = "/apis/monitoring.coreos.com/v1"
_ASK = "ask whoever runs the cluster for the rights that docs/deploying.md names"
_SERVICE_FILE = ROOT / "kubernetes" / "base" / "service.yaml"


def insist_on_rights(kubectl: Kubectl, namespace_is_there: bool) -> str:
    """Return what may be made; DeploymentError names the first thing that may not."""
    if not namespace_is_there and not _may(kubectl, "create", "namespaces", "--all-namespaces"):
        raise DeploymentError(f"you may make no namespace {NAMESPACE}: {_ASK}")
    if namespace_is_there and not _may(kubectl, "patch", f"namespaces/{NAMESPACE}"):
        raise DeploymentError(f"you may not say of namespace {NAMESPACE} that it takes only restricted pods: {_ASK}")
    if not _may(kubectl, "create", "deployments.apps"):
        raise DeploymentError(f"you may make no Deployments in namespace {NAMESPACE}: {_ASK}")
    return f"may make Deployments in {NAMESPACE}"


def _may(kubectl: Kubectl, *action: str) -> bool:
    return kubectl.attempt("auth", "can-i", *action).exit_code == 0


def insist_on_node_port(kubectl: Kubectl) -> str:
    """Return whether the node port is free; DeploymentError names the Service that has it."""
    port = read_manifest(_SERVICE_FILE)["spec"]["ports"][0]["nodePort"]
    listed = kubectl.attempt("get", "services", "--all-namespaces", "--output", "json")
    if listed.exit_code != 0:
        return f"nobody knows whether {port} is free, because you may not read the Services of all namespaces"
    for one in Listed[Service].model_validate_json(listed.output).items:
        ours = (one.metadata.namespace, one.metadata.name) == (NAMESPACE, SERVICE)
        if not ours and any(taken.node_port == port for taken in one.spec.ports):
            whose = f"Service {one.metadata.name} of namespace {one.metadata.namespace}"
            raise DeploymentError(f"{port} belongs to {whose}: another one goes into {_SERVICE_FILE.relative_to(ROOT)}")
    return f"{port} is free, or ours"


def insist_on_operator(kubectl: Kubectl) -> str:
    """Return that the Prometheus operator's kinds are known; DeploymentError if they are not."""
    asked = kubectl.attempt("get", "--raw", _OPERATOR_API)
    if asked.exit_code != 0:
        raise DeploymentError(
            f"MONITORING=yes: this cluster has no Prometheus operator, so leave it out\n{asked.complaint}"
        )
    return "the Prometheus operator's kinds are known"
