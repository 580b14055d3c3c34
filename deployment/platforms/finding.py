"""What was looked at before anything is done, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass

from deployment.errors import DeploymentError


@dataclass(frozen=True)
class Finding:
    """One thing that has to be in order."""

    what: str
    found: str
    problem: str = ""
    """What is wrong and what to do, empty if nothing is."""


def finding(what: str, look: Callable[[], str]) -> Finding:
    """Look at something: what is found is returned, what is wrong is raised as a DeploymentError."""
    try:
        return Finding(what, look())
    except DeploymentError as error:
        return Finding(what, "", str(error))
