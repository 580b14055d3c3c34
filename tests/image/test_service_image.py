"""What is in the image and what is not, who it runs as, how it ends; BASE_IMAGE names another base."""

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployment.__main__ import main
from deployment.record import read
from load_tests.ports import free_port
from tests.conftest import ROOT
from tests.image.engine import BASE_IMAGE, LABELS, alone_with_an_engine, docker, inspected, labels_of

pytestmark = alone_with_an_engine
CONTAINER = "loadproof-test"
MOST_ABOVE_BASE_BYTES = 170_000_000


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of the container that `make deploy PLATFORM=docker` starts."""
    folder: Path = tmp_path_factory.mktemp("deployment")
    port = free_port()
    arguments = ["--platform", "docker", "--port", str(port), "--base-image", BASE_IMAGE, "--container", CONTAINER]
    with pytest.MonkeyPatch.context() as shell:
        shell.setenv("SERVICE_DRAIN_SECONDS", "1")
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
    with urllib.request.urlopen(f"{url}/api/models", timeout=30) as answer:  # noqa: S310
        assert len(json.load(answer)["models"]) == 2


def test_it_is_small(image: Any) -> None:
    base = inspected("image", "inspect", BASE_IMAGE)
    assert image["Size"] - base["Size"] <= MOST_ABOVE_BASE_BYTES


def test_it_says_what_it_is(image: Any) -> None:
    labels = labels_of(image)
    assert all(labels[name] for name in LABELS)
    assert labels["base.name"] == BASE_IMAGE
    assert labels["version"] in (ROOT / "pyproject.toml").read_text("utf-8")


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
