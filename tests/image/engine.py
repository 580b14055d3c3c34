"""The container engine that the images are built and run by, where there is one."""

import json
import os
import subprocess
from typing import Any

import pytest

from deployment.errors import DeploymentError
from deployment.platforms.engine import look_at_engine
from deployment.request import DEFAULT_BASE_IMAGE

BASE_IMAGE = os.environ.get("BASE_IMAGE", DEFAULT_BASE_IMAGE)
LABELS = ("title", "description", "created", "revision", "version", "licenses", "source", "base.name")


def engine_runs() -> bool:
    """Say whether an engine answers."""
    try:
        look_at_engine()
    except DeploymentError:
        return False
    return True


# The tests of an image share a container, so one process has to run them all.
alone_with_an_engine = [
    pytest.mark.alone,
    pytest.mark.skipif(not engine_runs(), reason="no container engine answers"),
]


def docker(*arguments: str) -> str:
    """Run docker and return what it prints."""
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True, timeout=120).stdout


def inspected(*arguments: str) -> Any:
    """Return what the engine knows of one thing."""
    [found] = json.loads(docker(*arguments))
    return found


def labels_of(image: Any) -> dict[str, str]:
    """Return the labels that say what an image is, without what they all begin with."""
    prefix = "org.opencontainers.image."
    return {name.removeprefix(prefix): text for name, text in image["Config"]["Labels"].items() if prefix in name}
