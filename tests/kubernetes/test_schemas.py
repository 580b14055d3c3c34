"""Every object is one that Kubernetes knows, field by field, in an old and in the newest version."""

import copy

import kubernetes_validate
import pytest

from tests.kubernetes.rendered import each_overlay, needs_kubectl, rendered

pytestmark = needs_kubectl
OLD, NEWEST = "1.31.0", "1.37.0"
each_version = pytest.mark.parametrize("version", [OLD, NEWEST])


@each_version
@each_overlay
def test_every_object_fits_its_schema(overlay: str, version: str) -> None:
    objects = rendered(overlay).objects
    assert len(objects) >= 8
    for one in objects:  # an unknown kind raises SchemaNotFoundError, which fails as well
        kubernetes_validate.validate(one, version, strict=True)


@each_version
def test_a_misspelt_field_is_found(version: str) -> None:
    deployment = copy.deepcopy(rendered("single").the("Deployment"))
    deployment["spec"]["template"]["spec"]["terminationGracePeriodSecond"] = 30
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, version, strict=True)


def test_the_newest_version_is_the_newest_that_is_known() -> None:
    assert str(kubernetes_validate.latest_version()) == NEWEST
