"""The container engine of this machine."""

import re
from collections.abc import Iterable

from deployment.commands import attempt
from deployment.console import say
from deployment.errors import DeploymentError
from deployment.image import Recipe


def look_at_engine() -> str:
    """Return the version of the engine that answers."""
    version = attempt(["docker", "version", "--format", "{{.Server.Version}}"])
    if version.exit_code != 0:
        remedy = "is it started, and may you use it? PLATFORM=local does without"
        raise DeploymentError(f"Docker does not answer, {remedy}\n{version.complaint}")
    return f"Docker {version.output.strip()}"


def remove_images(recipes: Iterable[Recipe]) -> None:
    """Remove the images of some recipes, whatever registry their names begin with; fine if there is none."""
    listed = attempt(["docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}"])
    if found := [one for one in listed.output.split() if is_of(one, recipes)]:
        removed = attempt(["docker", "image", "rm", *found])
        if removed.exit_code != 0:
            say(f"note: not every image is removed from Docker: {removed.complaint}")


def is_of(image: str, recipes: Iterable[Recipe]) -> bool:
    """Say whether an image was made from one of some recipes."""
    return any(re.search(rf"(^|/){recipe.name}:[^/]*$", image) for recipe in recipes)


def published_url(container: str, port: int) -> str:
    """Return where a port of a container is reached on this machine, empty if it is not."""
    published = attempt(["docker", "port", container, f"{port}/tcp"])
    if published.exit_code != 0 or not published.output.strip():
        return ""
    return f"http://127.0.0.1:{published.output.split()[0].rpartition(':')[2]}"
