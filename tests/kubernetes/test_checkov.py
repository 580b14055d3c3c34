"""What checkov finds unsafe in manifests and image is exactly what was weighed and accepted."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.kubernetes.rendered import write_all
from tests.kubernetes.rendered_load_test import load_test_text

CHECKOV = ROOT / ".venv" / "checkov" / "bin" / "checkov"
ACCEPTED = {
    "CKV_K8S_43": "an image that was built here has no digest in a registry; its tag names its content",
    "CKV_K8S_15": "minikube and kind have the image in their nodes: Always would ask a registry that has none",
    "CKV_DOCKER_2": "the probes of Kubernetes ask the running service; a health check would start a Python each time",
    "CKV_DOCKER_7": "the base image is an argument, with a fixed tag, which checkov does not look up",
}

pytestmark = pytest.mark.skipif(
    not CHECKOV.exists(), reason="checkov has an environment of its own, which make test installs"
)


def failed_checks(folder: Path) -> set[str]:
    options = ["--skip-download", "--quiet", "--compact", "--output", "json", "--framework", "kubernetes", "dockerfile"]
    command = [str(CHECKOV), *options, "--directory", str(folder)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    reports = json.loads(finished.stdout)
    assert {report["check_type"] for report in reports} == {"kubernetes", "dockerfile"}
    assert all(report["summary"]["passed"] > 50 for report in reports)
    return {check["check_id"] for report in reports for check in report["results"]["failed_checks"]}


def test_nothing_is_unsafe_but_what_was_accepted(tmp_path: Path) -> None:
    write_all(tmp_path)
    (tmp_path / "load-test.yaml").write_text(load_test_text(), encoding="utf-8")
    (tmp_path / "load").mkdir()
    shutil.copy(ROOT / "load_tests" / "Dockerfile", tmp_path / "load")
    assert failed_checks(tmp_path) == set(ACCEPTED)
