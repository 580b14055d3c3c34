"""Pods, Deployment and autoscaler as the API server describes them, reduced to what a run is told of."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from load_tests.cluster.errors import ClusterError
from load_tests.cluster.measures import cores
from load_tests.cluster.samples import Autoscaler, Condition, Pod, Workload

V1_CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions"
_CPU = "cpu"


def workload_of(deployment: Mapping[str, Any]) -> Workload:
    """How many pods a Deployment is to have, and which are its own."""
    spec = deployment["spec"]
    labels = spec["selector"].get("matchLabels", {})
    return Workload(
        replicas=spec.get("replicas", 1),
        selector=",".join(f"{name}={value}" for name, value in labels.items()),
        container=spec["template"]["spec"]["containers"][0]["name"],
    )


def pods_of(listed: Mapping[str, Any], container: str) -> tuple[Pod, ...]:
    """The pods of a list, in the order of their names."""
    return tuple(sorted((_pod(one, container) for one in listed["items"]), key=lambda pod: pod.name))


def _pod(written: Mapping[str, Any], container: str) -> Pod:
    metadata, spec, status = written["metadata"], written["spec"], written.get("status", {})
    ready = next((one for one in status.get("conditions", []) if one["type"] == "Ready"), None)
    resources: Mapping[str, Any] = next(
        (one.get("resources", {}) for one in spec["containers"] if one["name"] == container), {}
    )
    return Pod(
        name=metadata["name"],
        node=spec.get("nodeName", ""),
        phase=status.get("phase", ""),
        created_at=epoch_s(metadata["creationTimestamp"]),
        ready_at=epoch_s(ready["lastTransitionTime"]) if ready and ready["status"] == "True" else None,
        ending_at=_told_to_end_at(metadata),
        restarts=sum(one.get("restartCount", 0) for one in status.get("containerStatuses", [])),
        requested_cores=_amount(resources.get("requests", {})),
        limit_cores=_amount(resources.get("limits", {})),
    )


def _amount(resources: Mapping[str, str]) -> float | None:
    return cores(resources[_CPU]) if _CPU in resources else None


def _told_to_end_at(metadata: Mapping[str, Any]) -> float | None:
    """When a pod was told to end: its deletion is stamped with the time at which its patience ends."""
    if "deletionTimestamp" not in metadata:
        return None
    return epoch_s(metadata["deletionTimestamp"]) - float(metadata.get("deletionGracePeriodSeconds", 0))


def autoscaler_of(listed: Mapping[str, Any], deployment: str) -> Autoscaler | None:
    """The autoscaler of a Deployment in any of its API versions; None if it has none."""
    for one in listed["items"]:
        target = one["spec"]["scaleTargetRef"]
        if (target.get("kind"), target["name"]) == ("Deployment", deployment):
            return _autoscaler(one)
    return None


def _autoscaler(written: Mapping[str, Any]) -> Autoscaler:
    spec, status = written["spec"], written.get("status", {})
    annotations = written["metadata"].get("annotations", {})
    conditions = status.get("conditions") or json.loads(annotations.get(V1_CONDITIONS, "[]"))
    return Autoscaler(
        least=spec.get("minReplicas", 1),
        most=spec["maxReplicas"],
        current=status.get("currentReplicas", 0),
        desired=status.get("desiredReplicas", 0),
        target_percent=_percent(spec.get("metrics"), "target", spec.get("targetCPUUtilizationPercentage")),
        seen_percent=_percent(status.get("currentMetrics"), "current", status.get("currentCPUUtilizationPercentage")),
        conditions=tuple(
            Condition(one["type"], one["status"], one.get("reason", ""), one.get("message", "")) for one in conditions
        ),
    )


def _percent(metrics: list[Mapping[str, Any]] | None, part: str, of_v1: int | None) -> int | None:
    """Utilisation of CPU, as demanded (`target`) or as it is (`current`)."""
    for metric in metrics or []:
        resource = metric.get("resource", {})
        if resource.get("name") == _CPU:
            return resource.get(part, {}).get("averageUtilization")  # type: ignore[no-any-return]
    return of_v1


def usage_of(listed: Mapping[str, Any], container: str) -> Iterator[tuple[str, float]]:
    """Cores used, by the name of the pod, as the metrics API lists them."""
    for one in listed["items"]:
        used = [cores(part["usage"][_CPU]) for part in one["containers"] if part["name"] == container]
        if used:
            yield one["metadata"]["name"], round(sum(used), 4)


def epoch_s(timestamp: str) -> float:
    """Seconds since 1970 of a timestamp such as 2026-01-02T03:04:05Z."""
    try:
        return datetime.fromisoformat(timestamp).timestamp()
    except ValueError:
        raise ClusterError(f"the API server gives a time that is none: {timestamp!r}") from None
