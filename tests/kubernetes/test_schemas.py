"""Every object is one that Kubernetes knows, field by field, in an old and in the newest version."""

import copy
import shutil

import kubernetes_validate
import pytest

from deployment.load.pods import MASTER
from tests.kubernetes.rendered import OVERLAY_NAMES, each_overlay, rendered, rendered_text
from tests.kubernetes.rendered_load_test import job, load_test

OLD, NEWEST = "1.31.0", "1.37.0"
each_version = pytest.mark.parametrize("version", [OLD, NEWEST])


@each_version
@pytest.mark.parametrize("applied_by", [*OVERLAY_NAMES, "load test"])
def test_every_object_fits_its_schema(applied_by: str, version: str) -> None:
    objects = load_test().objects if applied_by == "load test" else rendered(applied_by).objects
    assert len(objects) >= 8
    for one in objects:  # an unknown kind raises SchemaNotFoundError, which fails as well
        kubernetes_validate.validate(one, version, strict=True)


@each_version
def test_a_misspelt_field_is_found(version: str) -> None:
    misspelt = copy.deepcopy(rendered("single").the("Deployment"))
    misspelt["spec"]["template"]["spec"]["terminationGracePeriodSecond"] = 30
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(misspelt, version, strict=True)


def test_a_misspelt_field_of_a_job_is_found() -> None:
    misspelt = copy.deepcopy(job(MASTER))
    misspelt["spec"]["backoffLimits"] = 0
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(misspelt, NEWEST, strict=True)


def test_the_newest_version_is_the_newest_that_is_known() -> None:
    assert str(kubernetes_validate.latest_version()) == NEWEST


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no other kubectl is installed than that of the tests")
@each_overlay
def test_the_kubectl_of_this_machine_renders_the_same(overlay: str) -> None:
    assert rendered_text(overlay, kubectl="kubectl") == rendered_text(overlay)
