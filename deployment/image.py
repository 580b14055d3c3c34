"""The container image: what it is called, what is written on it, how it is built."""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from deployment.commands import attempt, output_of
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.request import ROOT, Request

BUILD_PATIENCE_S = 1800.0
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Recipe:
    """What an image is made of."""

    name: str
    """Also the name that the manifests use, until kustomize puts the real one there."""
    dockerfile: str
    inputs: tuple[str, ...]
    """Files, folders with all that is in them, and patterns of files."""


SERVICE_IMAGE = Recipe(
    "loadproof-service",
    "Dockerfile",
    (
        *("Dockerfile", "requirements-serving.txt", "requirements-sbom.txt"),
        *("configuration/rest_config.yaml", "model", "service"),
    ),
)
LOAD_IMAGE = Recipe(
    "loadproof-load",
    "load_tests/Dockerfile",
    ("requirements-load.txt", "load_tests", "model/*/artifact/examples.jsonl"),
)
IMAGES = (SERVICE_IMAGE, LOAD_IMAGE)


@dataclass(frozen=True)
class Image:
    """An image of this working copy.

    The tag names the commit, for people, and the content: a cluster that has a tag already does not look again.
    """

    recipe: Recipe
    name: str
    tag: str
    base_image: str
    revision: str
    created: str
    source: str
    version: str

    @property
    def reference(self) -> str:
        """The name by which engines and clusters know it."""
        return f"{self.name}:{self.tag}"


def describe(request: Request, recipe: Recipe = SERVICE_IMAGE, root: Path = ROOT) -> Image:
    """Return what an image of a working copy is called and what its labels say."""
    commit = _git(root, "rev-parse", "HEAD")
    changed = _git(root, "status", "--porcelain", "--", *recipe.inputs) if commit else ""
    return Image(
        recipe=recipe,
        name=f"{request.registry.rstrip('/')}/{recipe.name}" if request.registry else recipe.name,
        tag="-".join(part for part in (commit[:12], digest(recipe, root, request.base_image)[:8]) if part),
        base_image=request.base_image,
        revision=(f"{commit}-dirty" if changed else commit) or _UNKNOWN,
        created=_git(root, "log", "-1", "--format=%cI") or _UNKNOWN,
        source=_without_password(_git(root, "config", "--get", "remote.origin.url")) or _UNKNOWN,
        version=tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"],
    )


def build(image: Image) -> None:
    """Build it with Docker."""
    say(f"building {image.reference} (a minute or two the first time)")
    output_of(
        [
            *("docker", "build", "--quiet", "--file", str(ROOT / image.recipe.dockerfile)),
            *("--tag", image.reference, *build_arguments(image), str(ROOT)),
        ],
        patience_s=BUILD_PATIENCE_S,
    )


def build_arguments(image: Image) -> list[str]:
    """Return the options that put base image and labels in."""
    values = (
        f"BASE_IMAGE={image.base_image}",
        f"CREATED={image.created}",
        f"REVISION={image.revision}",
        f"SOURCE={image.source}",
        f"VERSION={image.version}",
    )
    return [part for value in values for part in ("--build-arg", value)]


def digest(recipe: Recipe, root: Path, base_image: str) -> str:
    """Return a checksum of everything that goes into an image."""
    checksum = hashlib.sha256(base_image.encode())
    for path in _files(recipe, root):
        checksum.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
        checksum.update(path.read_bytes())
    return checksum.hexdigest()


def _files(recipe: Recipe, root: Path) -> Iterator[Path]:
    for name in recipe.inputs:
        for top in sorted(root.glob(name)):
            paths = sorted(top.rglob("*")) if top.is_dir() else [top]
            yield from (path for path in paths if path.is_file() and "__pycache__" not in path.parts)


def _git(root: Path, *arguments: str) -> str:
    """What git prints, empty where this is no clone, or without git."""
    try:
        ended = attempt(["git", "-C", str(root), *arguments])
    except DeploymentError:
        return ""
    return ended.output.strip() if ended.exit_code == 0 else ""


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if parts.scheme else ""
