"""What every platform can do."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from deployment.cluster.kubectl import Kubectl
from deployment.platforms.finding import Finding


class Platform(Protocol):
    """A place for the service."""

    @property
    def kubectl(self) -> Kubectl | None:
        """How the cluster is reached; None where there is none."""
        ...

    def look(self) -> Iterator[Finding]:
        """Yield what has to be in order before a deployment, in the order in which it is needed."""
        ...

    def deploy(self) -> str:
        """Bring the service there and wait until it runs; return the image it was made of, if there is one."""
        ...

    def url(self) -> AbstractContextManager[str]:
        """Give the base URL of the service, for as long as it is needed."""
        ...

    def status(self) -> None:
        """Tell how it is."""
        ...

    def teardown(self, image: str) -> None:
        """Remove everything that deploy made; fine if there is nothing."""
        ...
