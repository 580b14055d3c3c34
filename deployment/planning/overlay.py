"""The overlay `planned`: the autoscaled arrangement with the bounds that a plan came to."""

import textwrap
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from deployment.errors import DeploymentError
from deployment.request import OVERLAYS

OVERLAY = "planned"
WIDEST = 118
_AUTOSCALER = """\
# Written by `make plan`:
{why}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: model-service
  namespace: loadproof
spec:
  minReplicas: {least}
  maxReplicas: {most}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {target_percent}
"""
_KUSTOMIZATION = """\
# As many pods as a plan says, before the load comes: `make plan` writes what is here.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../autoscaled
patches:
  - path: autoscaler.yaml
"""


class Plan(BaseModel):
    """What is read here of `plan.json`."""

    model_config = ConfigDict(frozen=True)

    why: str
    least: int
    most: int
    target_percent: int


def read_plan(path: Path) -> Plan:
    """Return a plan; DeploymentError if the file holds none."""
    try:
        return Plan.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise DeploymentError(f"{path} holds no plan: make plan") from None


def write_overlay(plan: Plan, overlays: Path = OVERLAYS) -> Path:
    """Write the overlay in place of an earlier plan's; its folder."""
    folder = overlays / OVERLAY
    folder.mkdir(exist_ok=True)
    why = textwrap.fill(plan.why, WIDEST, initial_indent="# ", subsequent_indent="# ")
    values = plan.model_dump() | {"why": why}
    (folder / "autoscaler.yaml").write_text(_AUTOSCALER.format(**values), encoding="utf-8")
    (folder / "kustomization.yaml").write_text(_KUSTOMIZATION, encoding="utf-8")
    return folder
