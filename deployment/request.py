"""What is asked for: where, in which arrangement, with which settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from deployment.errors import DeploymentError

ROOT = Path(__file__).parents[1]
OVERLAYS = ROOT / "kubernetes" / "overlays"
NAMESPACE = "loadproof"
SERVICE = "model-service"
"""Name of the Deployment, of the Service and of the autoscaler."""
BUILD_FOLDER = ROOT / ".build" / "deployment"
DEFAULT_BASE_IMAGE = "python:3.11-slim-bookworm"
MOST_WORKERS = 64
LAST_PORT = 65535
_PREFIX = "SERVICE_"
_OURS = ("SERVICE_HOST", "SERVICE_PORT")


class PlatformName(StrEnum):
    """Where the service can be brought to."""

    MINIKUBE = "minikube"
    KIND = "kind"
    KUBERNETES = "kubernetes"
    DOCKER = "docker"
    LOCAL = "local"


class Where(StrEnum):
    """From where a load test offers its load."""

    HERE = "here"
    CLUSTER = "cluster"


_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True)
class Setting:
    """A variable in the environment of the service."""

    name: str
    value: str


@dataclass(frozen=True)
class Request:
    """Everything a platform has to know."""

    platform: PlatformName
    overlay: str = "single"
    registry: str = ""
    base_image: str = DEFAULT_BASE_IMAGE
    context: str = ""
    """Where the last deployment to this platform went, by the context of kubectl; empty if this one is to choose."""
    port: int = 8000
    """Port on this machine, where the platform is this machine."""
    host: str = ""
    """Base URL of the service, where the person knows it better than the platform."""
    container: str = "loadproof"
    """Name of the container, where the platform is Docker."""
    monitoring: bool = False
    where: Where = Where.HERE
    workers: int = 2
    """How many pods offer the load, where it comes from the cluster."""
    settings: tuple[Setting, ...] = ()
    folder: Path = BUILD_FOLDER
    """Where files are kept that are made on the way."""


def chosen(variable: str, choices: type[_Choice], name: str) -> _Choice:
    """Return a choice by its name; DeploymentError names all of them."""
    try:
        return choices(name)
    except ValueError:
        raise DeploymentError(f"{variable}={name}: choose one of {', '.join(choices)}") from None


def check_workers(text: str) -> int:
    """Return a number of workers."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_WORKERS:
        raise DeploymentError(f"WORKERS={text}: give a number from 1 to {MOST_WORKERS}")
    return int(text)


def check_port(text: str) -> int:
    """Return a port of this machine."""
    if not text.isdecimal() or not 1 <= int(text) <= LAST_PORT:
        raise DeploymentError(f"PORT={text}: give a number from 1 to {LAST_PORT}")
    return int(text)


def check_overlay(name: str) -> str:
    """Return the name of an overlay that exists."""
    there = sorted(path.parent.name for path in OVERLAYS.glob("*/kustomization.yaml"))
    if name not in there:
        raise DeploymentError(f"OVERLAY={name}: choose one of {', '.join(there)}")
    return name


def settings_in(environment: Mapping[str, str]) -> tuple[Setting, ...]:
    """Return the service's settings of a shell; address and port are the platform's business."""
    names = sorted(name for name in environment if name.startswith(_PREFIX) and name not in _OURS)
    return tuple(Setting(name, environment[name]) for name in names)
