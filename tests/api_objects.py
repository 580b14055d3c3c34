"""What an API server says of a Deployment, its pods and its autoscaler, in files for the fake kubectl."""

import json
import shlex
import sys
from pathlib import Path
from typing import Any

FAKE_KUBECTL = Path(__file__).with_name("fake_kubectl.py")
APPS = "/apis/apps/v1/namespaces/loadproof/deployments/model-service"
PODS = "/api/v1/namespaces/loadproof/pods"
METRICS = "/apis/metrics.k8s.io/v1beta1/namespaces/loadproof/pods"
KUBELET = "/api/v1/nodes/minikube/proxy/metrics/cadvisor"
SCALERS = "/apis/autoscaling/{}/namespaces/loadproof/horizontalpodautoscalers"
CONDITION = {"type": "ScalingActive", "status": "True", "reason": "ValidMetricFound", "message": "it sees CPU"}


class FakeCluster:
    """An API server whose answers a test writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.answers: dict[str, tuple[int, Any]] = {}
        self.answer(APPS, deployment(1))
        self.answer(PODS, {"items": [pod("old-1")]})
        self.answer(METRICS, {"items": [usage("old-1", "125m")]})
        self.answer(KUBELET, cadvisor("old-1", periods=40, throttled=10))
        self.answer(SCALERS.format("v2"), {"items": [autoscaler()]})

    @property
    def kubectl(self) -> str:
        """How its kubectl is called."""
        return shlex.join([sys.executable, str(FAKE_KUBECTL), str(self._folder)])

    def answer(self, path: str, body: Any, status: int = 200) -> None:
        """Answer so from now on."""
        self.answers[path] = (status, body)
        self._write(self.answers)

    def fall_silent(self) -> None:
        """Answer nothing but errors."""
        self._write({"/": (502, "dial tcp: connection refused")})

    def speak_again(self) -> None:
        """Answer as before."""
        self._write(self.answers)

    def _write(self, answers: dict[str, tuple[int, Any]]) -> None:
        unfinished = self._folder / "api.tmp"
        unfinished.write_text(json.dumps(answers), encoding="utf-8")
        unfinished.replace(self._folder / "api.json")


def deployment(replicas: int) -> dict[str, Any]:
    """A Deployment."""
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": "model-service"}},
        "template": {"spec": {"containers": [{"name": "service"}]}},
    }
    return {"spec": spec, "status": {"readyReplicas": replicas}}


def pod(
    name: str, *, ready: str | None = "2026-01-02T03:04:05Z", ending: str = "", restarts: int = 0
) -> dict[str, Any]:
    """A pod, ready since a time and told to end at one."""
    metadata: dict[str, Any] = {"name": name, "creationTimestamp": "2026-01-02T03:04:00Z"}
    if ending:
        metadata |= {"deletionTimestamp": ending, "deletionGracePeriodSeconds": 30}
    condition = {
        "type": "Ready",
        "status": "True" if ready else "False",
        "lastTransitionTime": ready or metadata["creationTimestamp"],
    }
    resources = {"requests": {"cpu": "250m", "memory": "128Mi"}, "limits": {"cpu": "0.5"}}
    return {
        "metadata": metadata,
        "spec": {"nodeName": "minikube", "containers": [{"name": "service", "resources": resources}]},
        "status": {
            "phase": "Running",
            "conditions": [condition],
            "containerStatuses": [{"name": "service", "restartCount": restarts}],
        },
    }


def usage(name: str, cpu: str) -> dict[str, Any]:
    """What the metrics API says of a pod."""
    return {"metadata": {"name": name}, "containers": [{"name": "service", "usage": {"cpu": cpu, "memory": "90Mi"}}]}


def cadvisor(name: str, periods: int, throttled: int, container: str = "service") -> str:
    """What the kubelet says of a pod."""
    labels = f'container="{container}",namespace="loadproof",pod="{name}"'
    return (
        "# TYPE container_cpu_cfs_periods_total counter\n"
        f"container_cpu_cfs_periods_total{{{labels}}} {periods} 1767323045000\n"
        f"container_cpu_cfs_throttled_periods_total{{{labels}}} {throttled} 1767323045000\n"
        f'container_cpu_usage_seconds_total{{cpu="total",{labels}}} 12.5 1767323045000\n'
        'container_cpu_usage_seconds_total{cpu="total",container="other",namespace="kube-system",pod="x"} 1 1\n'
    )


def autoscaler(current: int = 1, desired: int = 1) -> dict[str, Any]:
    """An autoscaler, in the version of today."""
    target = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}
    seen = {"name": "cpu", "current": {"averageUtilization": 42, "averageValue": "105m"}}
    return {
        "metadata": {"name": "model-service"},
        "spec": {
            "scaleTargetRef": {"kind": "Deployment", "name": "model-service"},
            "minReplicas": 1,
            "maxReplicas": 10,
            "metrics": [{"type": "Resource", "resource": target}],
        },
        "status": {
            "currentReplicas": current,
            "desiredReplicas": desired,
            "currentMetrics": [{"type": "Resource", "resource": seen}],
            "conditions": [CONDITION],
        },
    }
