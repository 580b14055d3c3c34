"""What is applied: an overlay of the repository, with the image that was built and the settings of the shell."""

import os
from pathlib import Path

import yaml

from deployment.cluster.observed import Manifest
from deployment.commands import output_of
from deployment.image import Image
from deployment.request import NAMESPACE, ROOT, Request

PART_OF = "app.kubernetes.io/part-of=loadproof"
PRUNED_KINDS = ("configmap", "horizontalpodautoscaler", "networkpolicy", "poddisruptionbudget")
"""What another overlay, or an earlier setting, may have left behind."""
OPERATOR_KINDS = ("servicemonitor.monitoring.coreos.com", "prometheusrule.monitoring.coreos.com")
"""The same, where the Prometheus operator has made these kinds known."""
SCALING_KINDS = ("horizontalpodautoscaler",)
"""What has to go first: under load, an old autoscaler would make more pods of the new version, and they would stay."""
PRUNED = f"{PART_OF},app.kubernetes.io/component!=load-test"
"""All but what belongs to a load test, which may be under way."""


def render(request: Request, image: Image, program: tuple[str, ...], preloaded: bool) -> str:
    """Return the manifests as YAML.

    Parameters
    ----------
    request : Request
        Which overlay, with which settings.
    image : Image
        The image of the pods.
    program : tuple of str
        How kubectl is called.
    preloaded : bool
        Whether the image is in the nodes, so that no registry is asked.
    """
    write_kustomization(request, image, preloaded)
    return output_of([*program, "kustomize", str(request.folder)])


def write_kustomization(request: Request, image: Image, preloaded: bool) -> None:
    """Write the topmost kustomization: the committed files stay as they are."""
    kubernetes = Path(os.path.relpath(ROOT / "kubernetes", request.folder.resolve()))
    components = [
        name for name, wanted in (("preloaded-image", preloaded), ("monitoring", request.monitoring)) if wanted
    ]
    settings = [f"{setting.name}={setting.value}" for setting in request.settings]
    document = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [str(kubernetes / "overlays" / request.overlay)],
        "components": [str(kubernetes / "components" / name) for name in components],
        "images": [{"name": image.recipe.name, "newName": image.name, "newTag": image.tag}],
        "configMapGenerator": [
            {"name": "service-settings", "namespace": NAMESPACE, "behavior": "merge", "literals": settings}
        ],
    }
    request.folder.mkdir(parents=True, exist_ok=True)
    (request.folder / "kustomization.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def objects_in(rendered: str) -> list[Manifest]:
    """Return who is in some manifests."""
    return [Manifest.model_validate(one) for one in yaml.safe_load_all(rendered) if one]


def replicas_in(rendered: str) -> int | None:
    """Return how many pods some manifests ask for, None if they leave that to an autoscaler."""
    return next((one.spec.get("replicas") for one in objects_in(rendered) if one.kind == "Deployment"), None)


def left_behind(there: list[str], wanted: list[Manifest]) -> list[str]:
    """Return what is in the cluster and not wanted; kubectl calls it ``configmap/name`` or ``kind.group/name``."""
    names = {f"{one.kind.lower()}/{one.metadata.name}" for one in wanted}
    return [found for found in there if _without_group(found) not in names]


def _without_group(found: str) -> str:
    kind, _, name = found.partition("/")
    return f"{kind.partition('.')[0]}/{name}"
