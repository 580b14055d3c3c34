"""The manifests as `make deploy` applies them, for every overlay."""

import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployment.cluster.manifests import render
from deployment.image import describe
from deployment.request import OVERLAYS, PlatformName, Request
from tests.conftest import ROOT

OVERLAY_NAMES = sorted(path.name for path in OVERLAYS.iterdir())
each_overlay = pytest.mark.parametrize("overlay", OVERLAY_NAMES)
KUBECTL = str(Path(sys.executable).with_name("kubectl"))
"""The one among the pinned requirements, so that every machine renders with the same."""

Object = dict[str, Any]


@dataclass(frozen=True)
class Rendered:
    """All objects of one overlay."""

    objects: tuple[Object, ...]

    def of_kind(self, kind: str) -> list[Object]:
        """Return those of a kind."""
        return [one for one in self.objects if one["kind"] == kind]

    def the(self, kind: str) -> Object:
        """Return the only one of a kind."""
        [one] = self.of_kind(kind)
        return one

    @property
    def pod(self) -> Object:
        """The pod template's spec."""
        spec: Object = self.the("Deployment")["spec"]["template"]["spec"]
        return spec

    @property
    def container(self) -> Object:
        """The only container."""
        [one] = self.pod["containers"]
        container: Object = one
        return container


@cache
def rendered(overlay: str, monitoring: bool = False) -> Rendered:
    """Return what `make deploy` applies to minikube."""
    return Rendered(tuple(one for one in yaml.safe_load_all(rendered_text(overlay, monitoring)) if one))


@cache
def rendered_text(overlay: str, monitoring: bool = False, kubectl: str = KUBECTL) -> str:
    """Return the same as YAML."""
    with tempfile.TemporaryDirectory() as folder:
        request = Request(PlatformName.MINIKUBE, overlay=overlay, monitoring=monitoring, folder=Path(folder))
        return render(request, describe(request), (kubectl,), preloaded=True)


def millicores(quantity: str) -> int:
    """Return CPU in thousandths of a core."""
    return int(quantity[:-1]) if quantity.endswith("m") else int(float(quantity) * 1000)


def mebibytes(quantity: str) -> int:
    """Return memory, of which all here is written in Mi."""
    assert quantity.endswith("Mi")
    return int(quantity[:-2])


def write_all(folder: Path) -> None:
    """Write every overlay, and the Dockerfile, for tools that read files."""
    for overlay in OVERLAY_NAMES:
        (folder / f"{overlay}.yaml").write_text(rendered_text(overlay), encoding="utf-8")
    shutil.copy(ROOT / "Dockerfile", folder)
