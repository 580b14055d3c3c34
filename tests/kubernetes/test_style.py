"""YAML, Dockerfile and shell scripts as their own tools want them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

TOOLS = Path(sys.executable).parent


def complaints(tool: str, *arguments: str) -> str:
    finished = subprocess.run(
        [TOOLS / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    return finished.stdout + finished.stderr


def test_yaml_is_written_evenly() -> None:
    written = ("kubernetes", "configuration", ".github", ".yamllint.yaml", "monitoring/kustomization.yaml")
    assert complaints("yamllint", "--strict", *written) == ""


def test_the_dockerfiles_follow_good_practice() -> None:
    assert complaints("hadolint", "Dockerfile", "load_tests/Dockerfile") == ""


def test_shell_scripts_are_sound() -> None:
    assert complaints("shellcheck", ".ci/run", ".ci/engine", "tests/deployment/stand_in") == ""


@pytest.mark.parametrize(
    ("tool", "name", "bad", "said"),
    [
        ("yamllint", "bad.yaml", "a: 1\na: 2\n", "duplication of key"),
        ("hadolint", "Dockerfile", "FROM debian\n", "DL3006"),
        ("shellcheck", "bad.sh", "#!/bin/sh\necho $1\n", "SC2086"),
    ],
)
def test_the_tools_find_what_is_wrong(tmp_path: Path, tool: str, name: str, bad: str, said: str) -> None:
    (tmp_path / name).write_text(bad, encoding="utf-8")
    assert said in complaints(tool, str(tmp_path / name))
