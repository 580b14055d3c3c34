"""kubectl on one context and one namespace."""

import re
from collections.abc import Sequence
from typing import TypeVar

from deployment.cluster.observed import Observed
from deployment.commands import Finished, attempt, output_of
from deployment.errors import ClusterSilentError, DeploymentError
from deployment.request import NAMESPACE

_Object = TypeVar("_Object", bound=Observed)
KUBECTL = ("kubectl",)
APPLY_PATIENCE_S = 180.0
_NO_SUCH_OBJECT = re.compile(r'\(NotFound\): .* ".+" not found')
"""The API server's own words: a plugin for the login, say, may be "not found" as well."""


class Kubectl:
    """Runs kubectl.

    Parameters
    ----------
    context : str
        Which cluster; empty for the current one.
    program : sequence of str
        How kubectl is called where it is part of another program.
    """

    def __init__(self, context: str = "", program: Sequence[str] = KUBECTL) -> None:
        self.context = context
        self.program = tuple(program)

    def command(self, verb: str, *arguments: str, namespace: str = NAMESPACE) -> list[str]:
        """Return the whole command line."""
        where = ["--context", self.context] if self.context else []
        return [*self.program, verb, *where, "--namespace", namespace, *arguments]

    def attempt(self, verb: str, *arguments: str, namespace: str = NAMESPACE) -> Finished:
        """Run it, whatever comes of it."""
        return attempt(self.command(verb, *arguments, namespace=namespace))

    def output(self, verb: str, *arguments: str, given: str = "", patience_s: float = APPLY_PATIENCE_S) -> str:
        """Run it and return what it printed."""
        return output_of(self.command(verb, *arguments), given, patience_s)

    def find(self, kind: type[_Object], *arguments: str, namespace: str = NAMESPACE) -> _Object | None:
        """Return an object, or None if there is none of that name."""
        ended = self.attempt("get", *arguments, "--output", "json", namespace=namespace)
        if ended.exit_code == 0:
            return kind.model_validate_json(ended.output)
        if _NO_SUCH_OBJECT.search(ended.errors):
            return None
        raise ClusterSilentError(f"kubectl cannot read {' '.join(arguments)}:\n{ended.complaint}")

    def get(self, kind: type[_Object], *arguments: str, namespace: str = NAMESPACE) -> _Object:
        """Return an object that has to be there."""
        found = self.find(kind, *arguments, namespace=namespace)
        if found is None:
            raise DeploymentError(f"there is no {' '.join(arguments)} in {namespace}: run make deploy")
        return found
