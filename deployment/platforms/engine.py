"""The container engine of this machine."""

from deployment.commands import attempt
from deployment.errors import DeploymentError


def look_at_engine() -> str:
    """Return the version of the engine that answers."""
    version = attempt(["docker", "version", "--format", "{{.Server.Version}}"])
    if version.exit_code != 0:
        remedy = "is it started, and may you use it? PLATFORM=local does without"
        raise DeploymentError(f"Docker does not answer, {remedy}\n{version.complaint}")
    return f"Docker {version.output.strip()}"


def remove_images(repository: str) -> None:
    """Remove every image of a repository that no container uses; fine if there is none."""
    listed = attempt(["docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", repository])
    if found := listed.output.split():
        attempt(["docker", "image", "rm", *found])


def published_url(container: str, port: int) -> str:
    """Return where a port of a container is reached on this machine, empty if it is not."""
    published = attempt(["docker", "port", container, f"{port}/tcp"])
    if published.exit_code != 0 or not published.output.strip():
        return ""
    return f"http://127.0.0.1:{published.output.split()[0].rpartition(':')[2]}"
