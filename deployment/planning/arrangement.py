"""What a pod may use and how its autoscaler is set, as the manifests of an overlay say it: what a plan begins with."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from deployment.cluster.observed import Observed
from deployment.errors import DeploymentError
from deployment.manifest_file import read_manifest
from deployment.pod_template import PodTemplate, read_pod_template
from deployment.request import ROOT

BENCH = "single"
"""The overlay in which there is one pod, and stays one."""
PLANNED_FROM = "autoscaled"
"""The overlay whose pods are planned for."""
AUTOSCALER = Path("kubernetes") / "components" / "autoscaler" / "autoscaler.yaml"


class _Utilisation(Observed):
    average_utilization: int


class _Resource(Observed):
    name: str
    target: _Utilisation


class _Metric(Observed):
    resource: _Resource


class _AutoscalerSpec(Observed):
    min_replicas: int
    max_replicas: int
    metrics: tuple[_Metric]


class _Autoscaler(Observed):
    spec: _AutoscalerSpec


@dataclass(frozen=True)
class Arrangement:
    """CPU settings in Kubernetes' spelling, and the bounds of the autoscaler."""

    request: str
    limit: str
    """Empty where there is none."""
    least: int
    most: int
    target_percent: int

    @property
    def options(self) -> list[str]:
        """How `python -m load_tests.planning plan` is told of it."""
        limit = ["--limit", self.limit] if self.limit else []
        bounds = ["--least", str(self.least), "--most", str(self.most), "--target", f"{self.target_percent}%"]
        return ["--request", self.request, *limit, *bounds]


def read_arrangement(root: Path = ROOT) -> Arrangement:
    """Return what the autoscaled overlay is made of; DeploymentError names what is wrong with a manifest."""
    resources = read_pod_template(PLANNED_FROM, root).container.resources
    path = root / AUTOSCALER
    try:
        spec = _Autoscaler.model_validate(read_manifest(path)).spec
    except ValidationError as invalid:
        place = ".".join(map(str, invalid.errors()[0]["loc"]))
        raise DeploymentError(f"{path}: {place}: {invalid.errors()[0]['msg']}") from None
    if "cpu" not in resources.requests:
        raise DeploymentError(f"the pods of overlay {PLANNED_FROM} request no CPU, of which a utilisation is a share")
    return Arrangement(
        request=resources.requests["cpu"],
        limit=resources.limits.get("cpu", ""),
        least=spec.min_replicas,
        most=spec.max_replicas,
        target_percent=spec.metrics[0].resource.target.average_utilization,
    )


def limit_of(pod: PodTemplate) -> str:
    """The CPU limit of a pod, empty where there is none."""
    return pod.container.resources.limits.get("cpu", "")
