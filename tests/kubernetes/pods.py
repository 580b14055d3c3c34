"""Every pod that is ever applied: the service's in each overlay, and those of a load test."""

from dataclasses import dataclass

import pytest

from deployment.image import LOAD_IMAGE, SERVICE_IMAGE, Recipe
from deployment.load.pods import MASTER, WORKER
from tests.kubernetes.rendered import OVERLAY_NAMES, Object, Rendered, rendered
from tests.kubernetes.rendered_load_test import load_test, pod_of

each_pod = pytest.mark.parametrize("name", [*OVERLAY_NAMES, MASTER, WORKER])


@dataclass(frozen=True)
class Applied:
    """A pod, with what it is applied with and what its image is made of."""

    pod: Object
    beside: Rendered
    image: Recipe

    @property
    def container(self) -> Object:
        """Its only container."""
        [one] = self.pod["containers"]
        container: Object = one
        return container


def applied(name: str) -> Applied:
    """Return the pod of an overlay, or of the master or the workers of a load test."""
    if name in OVERLAY_NAMES:
        return Applied(rendered(name).pod, rendered(name), SERVICE_IMAGE)
    return Applied(pod_of(name), load_test(), LOAD_IMAGE)
