"""What is in the image and what is not, who it runs as, how it ends; BASE_IMAGE names another base."""

import json
import os
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployment.__main__ import main
from deployment.errors import DeploymentError
from deployment.platforms.engine import look_at_engine
from deployment.record import read
from deployment.request import DEFAULT_BASE_IMAGE
from tests.conftest import ROOT

BASE_IMAGE = os.environ.get("BASE_IMAGE", DEFAULT_BASE_IMAGE)
CONTAINER = "loadproof-test"
MOST_ABOVE_BASE_BYTES = 170_000_000
LABELS = ("title", "description", "created", "revision", "version", "licenses", "source", "base.name")


def engine_runs() -> bool:
    try:
        look_at_engine()
    except DeploymentError:
        return False
    return shutil.which("docker") is not None


# All tests share one container, so one process has to run them all.
pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(not engine_runs(), reason="no container engine answers"),
]


def docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True, timeout=120).stdout


def inspected(*arguments: str) -> Any:
    [found] = json.loads(docker(*arguments))
    return found


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of the container that `make deploy PLATFORM=docker` starts."""
    folder: Path = tmp_path_factory.mktemp("deployment")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    arguments = ["--platform", "docker", "--port", str(port), "--base-image", BASE_IMAGE, "--container", CONTAINER]
    assert main(["deploy", *arguments], folder=folder) == 0
    yield f"http://127.0.0.1:{port}"
    assert main(["teardown", *arguments], folder=folder) == 0
    assert docker("ps", "--all", "--quiet", "--filter", f"name=^{CONTAINER}$") == ""
    assert read(folder) is not None


@pytest.fixture
def image(url: str) -> Any:
    """Give what the engine knows of the image."""
    assert url
    return inspected("image", "inspect", inspected("inspect", CONTAINER)["Image"])


def inside(command: str) -> list[str]:
    """Run a shell command in the container and return the lines it prints."""
    return docker("exec", CONTAINER, "sh", "-c", command).splitlines()


def test_it_answers(url: str) -> None:
    with urllib.request.urlopen(f"{url}/api/models", timeout=5) as answer:  # noqa: S310
        assert len(json.load(answer)["models"]) == 2


def test_it_is_small(image: Any) -> None:
    base = inspected("image", "inspect", BASE_IMAGE)
    assert image["Size"] - base["Size"] <= MOST_ABOVE_BASE_BYTES


def test_it_says_what_it_is(image: Any) -> None:
    labels = image["Config"]["Labels"]
    assert all(labels[f"org.opencontainers.image.{name}"] for name in LABELS)
    assert labels["org.opencontainers.image.base.name"] == BASE_IMAGE
    assert labels["org.opencontainers.image.version"] in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.mark.usefixtures("url")
def test_it_holds_no_compiler_no_pip_no_cache_and_no_test() -> None:
    assert inside("command -v gcc cc g++ clang || true") == []
    unwanted = ("pip", "pip-*", "tests", "test_*", "conftest.py")
    assert inside("find /opt/venv " + " -o ".join(f"-name '{name}'" for name in unwanted)) == []
    assert inside("find / -xdev -type d -path '*/.cache/pip' 2>/dev/null || true") == []
    assert inside("ls /app") == ["configuration", "model", "service"]


@pytest.mark.usefixtures("url")
def test_its_list_of_parts_is_what_was_installed() -> None:
    listed = json.loads("\n".join(inside("cat /usr/share/sbom/*.cdx.json")))
    parts = {part["name"].lower().replace("_", "-"): part["version"] for part in listed["components"]}
    locked = (ROOT / "requirements-serving.txt").read_text(encoding="utf-8")
    assert parts
    assert [name for name, version in parts.items() if f"{name}=={version}" not in locked.lower()] == []
    assert {"onnxruntime", "uvicorn", "fastapi"} <= set(parts)


@pytest.mark.usefixtures("url")
def test_it_runs_as_nobody_and_can_write_only_to_tmp() -> None:
    assert inside("id -u; id -g") == ["10001", "10001"]
    written = inside("touch /app/x /opt/venv/x /tmp/x 2>/dev/null; ls /app/x /opt/venv/x /tmp/x 2>/dev/null || true")
    assert written == ["/tmp/x"]  # noqa: S108
    assert inside("grep -E '^(CapEff|NoNewPrivs)' /proc/1/status | tr -s '\\t' ' '") == [
        "CapEff: 0000000000000000",
        "NoNewPrivs: 1",
    ]


@pytest.mark.usefixtures("url")
def test_no_line_of_its_log_complains() -> None:
    log = subprocess.run(["docker", "logs", CONTAINER], capture_output=True, text=True, check=True)
    text = log.stdout + log.stderr
    assert "ERROR" not in text
    assert "[W:" not in text  # ONNX Runtime's way to warn


@pytest.mark.usefixtures("url")
def test_being_told_to_stop_is_no_failure() -> None:
    docker("kill", "--signal", "TERM", CONTAINER)
    assert docker("wait", CONTAINER) == "0\n"
