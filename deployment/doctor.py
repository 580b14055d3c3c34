"""Looks at everything that a deployment needs, and says what to do about what is not in order."""

from deployment.console import say
from deployment.errors import DeploymentError
from deployment.platforms.platform import Platform


def examine(platform: Platform) -> bool:
    """Tell of everything that was looked at; return whether all is in order."""
    findings = list(platform.look())
    for one in findings:
        say(f"{'no ' if one.problem else 'ok '} {one.what}: {one.problem or one.found}")
    return not any(one.problem for one in findings)


def insist(platform: Platform) -> None:
    """Return if all is in order; DeploymentError names the first thing that is not."""
    for one in platform.look():
        if one.problem:
            raise DeploymentError(f"{one.what}: {one.problem}")
