"""Objects as kubectl prints them, cut down to what tells them apart."""

import json
from typing import Any

REVISION = {"deployment.kubernetes.io/revision": "2"}
HASHES = {"2": "new", "1": "old"}


def deployment(replicas: int = 1, updated: int = 1, available: int = 1, total: int = 1, **status: Any) -> str:
    """Return a Deployment, complete unless told otherwise."""
    counts = {"observedGeneration": 2, "replicas": total, "updatedReplicas": updated, "availableReplicas": available}
    metadata = {"name": "model-service", "generation": 2, "annotations": REVISION}
    return json.dumps({"metadata": metadata, "spec": {"replicas": replicas}, "status": counts | status})


def replica_sets() -> str:
    """Return the sets of two versions."""
    items = [
        {
            "metadata": {
                "name": name,
                "labels": {"pod-template-hash": name},
                "annotations": dict.fromkeys(REVISION, number),
            }
        }
        for number, name in HASHES.items()
    ]
    return json.dumps({"items": items})


def pod(name: str = "new-abcde", *, ready: bool = True, unscheduled: str = "", **container: Any) -> dict[str, Any]:
    """Return a pod, whose name begins with the hash of its replica set, and what is said of its container."""
    conditions = [{"type": "Ready", "status": str(ready)}]
    if unscheduled:
        conditions.append({"type": "PodScheduled", "status": "False", "message": unscheduled})
    status = {"conditions": conditions, "containerStatuses": [] if unscheduled else [{"name": "service", **container}]}
    return {"metadata": {"name": name, "labels": {"pod-template-hash": name.partition("-")[0]}}, "status": status}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    """Return the state of a container that does not start."""
    return {"waiting": {"reason": reason, "message": message}}


def ended(reason: str, exit_code: int) -> dict[str, Any]:
    """Return the state of a container that has ended."""
    return {"terminated": {"reason": reason, "exitCode": exit_code}}


def pods(*items: dict[str, Any]) -> str:
    """Return a list of pods."""
    return json.dumps({"items": items})


def autoscaler(status: str = "True", reason: str = "ValidMetricFound", annotated: bool = False) -> str:
    """Return an autoscaler, as today's Kubernetes shows it or as the one before 1.23."""
    conditions = [
        {"type": "AbleToScale", "status": "True"},
        {"type": "ScalingActive", "status": status, "reason": reason},
    ]
    metadata: dict[str, Any] = {"name": "model-service"}
    if annotated:
        metadata["annotations"] = {"autoscaling.alpha.kubernetes.io/conditions": json.dumps(conditions)}
        return json.dumps({"metadata": metadata, "status": {"currentReplicas": 1}})
    return json.dumps({"metadata": metadata, "status": {"conditions": conditions}})


def nodes(*addresses: tuple[str, str]) -> str:
    """Return a node with addresses ``(kind, address)``."""
    shown = [{"type": kind, "address": address} for kind, address in addresses]
    return json.dumps(
        {"items": [{"metadata": {"name": "node"}, "status": {"allocatable": {"cpu": "2"}, "addresses": shown}}]}
    )


def service(port: int = 30808) -> str:
    """Return the Service."""
    return json.dumps({"metadata": {"name": "model-service"}, "spec": {"ports": [{"port": 80, "nodePort": port}]}})


def namespace(going: bool = False, part_of: str = "loadproof") -> str:
    """Return the namespace, which may be on its way out."""
    deleted = {"deletionTimestamp": "2026-01-01T00:00:00Z"} if going else {}
    labels = {"app.kubernetes.io/part-of": part_of}
    return json.dumps({"metadata": {"name": "loadproof", "labels": labels, **deleted}})


NO_NAMESPACE = 'Error from server (NotFound): namespaces "loadproof" not found\n'


def metrics_server(*arguments: str) -> str:
    """Return the Deployment of metrics-server."""
    template = {"spec": {"containers": [{"name": "metrics-server", "args": list(arguments)}]}}
    return json.dumps({"kind": "Deployment", "metadata": {"name": "metrics-server"}, "spec": {"template": template}})


MANIFESTS = """
kind: Namespace
metadata: {name: loadproof}
---
kind: ConfigMap
metadata: {name: rest-config-new}
---
kind: Deployment
metadata: {name: model-service}
"""
MONITORED = f"""{MANIFESTS}---
kind: ServiceMonitor
metadata: {{name: model-service}}
---
kind: PrometheusRule
metadata: {{name: model-service}}
"""
AUTOSCALED = f"{MANIFESTS}---\nkind: HorizontalPodAutoscaler\nmetadata: {{name: model-service}}\n"
