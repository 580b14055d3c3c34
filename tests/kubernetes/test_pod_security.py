"""The pods are such as a namespace lets in that enforces the restricted Pod Security Standard."""

import pytest

from tests.conftest import ROOT
from tests.kubernetes.pods import applied, each_pod
from tests.kubernetes.rendered import each_overlay, rendered

RESTRICTED_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
LOWEST_USER = 10001


@pytest.mark.parametrize("mode", ["enforce", "warn", "audit"])
def test_the_namespace_asks_for_restricted_pods(mode: str) -> None:
    labels = rendered("single").the("Namespace")["metadata"]["labels"]
    assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"


@each_pod
def test_processes_are_nobody_on_the_node(name: str) -> None:
    security = applied(name).pod["securityContext"]
    assert security["runAsNonRoot"] is True
    assert min(security[one] for one in ("runAsUser", "runAsGroup", "fsGroup")) >= LOWEST_USER
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}


@each_pod
def test_a_container_has_no_rights_to_lose(name: str) -> None:
    assert applied(name).container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


@each_pod
def test_a_pod_shares_nothing_with_its_node(name: str) -> None:
    pod = applied(name).pod
    assert not {"hostNetwork", "hostPID", "hostIPC", "hostUsers"} & set(pod)
    assert all(set(volume) - {"name"} <= RESTRICTED_VOLUMES for volume in pod["volumes"])
    assert not any("hostPort" in port for port in applied(name).container.get("ports", []))


@each_pod
def test_what_a_pod_writes_is_bounded(name: str) -> None:
    assert all(volume["emptyDir"]["sizeLimit"] for volume in applied(name).pod["volumes"] if "emptyDir" in volume)


@each_pod
def test_a_pod_carries_no_token(name: str) -> None:
    pod, account = applied(name).pod, applied(name).beside.the("ServiceAccount")
    assert pod["automountServiceAccountToken"] is account["automountServiceAccountToken"] is False
    assert pod["serviceAccountName"] == account["metadata"]["name"]
    assert pod["enableServiceLinks"] is False


@each_pod
def test_the_image_has_the_user_of_the_pod(name: str) -> None:
    security = applied(name).pod["securityContext"]
    written = (ROOT / applied(name).image.dockerfile).read_text(encoding="utf-8")
    assert f"\nUSER {security['runAsUser']}:{security['runAsGroup']}\n" in written


@each_overlay
def test_nothing_goes_in_or_out_that_is_not_allowed(overlay: str) -> None:
    everyone = [one["spec"] for one in rendered(overlay).of_kind("NetworkPolicy") if one["spec"]["podSelector"] == {}]
    assert [sorted(policy["policyTypes"]) for policy in everyone] == [["Egress", "Ingress"]]
    assert not any("egress" in one["spec"] for one in rendered(overlay).of_kind("NetworkPolicy"))
