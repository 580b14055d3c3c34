"""A broken manifest is refused by file and line, not by a traceback."""

import re
import shutil
from pathlib import Path

import pytest

from deployment.errors import DeploymentError
from deployment.pod_template import read_pod_template
from deployment.request import ROOT


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Return the base's Deployment in a copy of the manifests."""
    shutil.copytree(ROOT / "kubernetes", tmp_path / "kubernetes")
    return tmp_path / "kubernetes" / "base" / "deployment.yaml"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "expected a manifest, found None"),
        (b"- 1\n", "expected a manifest, found [1]"),
        (b"a: 1\n\tb: 2\n", "not YAML: line 2: found character '\\t'"),
        (b"\x89PNG", "not YAML: byte 1 is no text"),
        (b"kind: Deployment\n", "spec: field required"),
        (b"spec: {template: {spec: 5}}\n", "spec.template.spec: input should be"),
    ],
)
def test_a_broken_manifest_is_named_with_its_line_or_field(
    tmp_path: Path, manifest: Path, content: bytes, said: str
) -> None:
    manifest.write_bytes(content)
    with pytest.raises(DeploymentError, match=f"^{re.escape(f'{manifest}: {said}')}"):
        read_pod_template("single", root=tmp_path)


def test_a_manifest_that_is_not_there_is_named(tmp_path: Path, manifest: Path) -> None:
    manifest.unlink()
    with pytest.raises(DeploymentError, match=f"^{re.escape(str(manifest))}: No such file"):
        read_pod_template("single", root=tmp_path)
