"""Problems as clients of the Open Inference Protocol read them: with the one member that they look for."""

from typing import Annotated

from pydantic import Field

from model.faults import first_few
from service.problems import Problem

BASE = "/v2"


class InferenceProblem(Problem):
    """A problem document with that member."""

    error: Annotated[str, Field(description="Why the request was not answered.")]


def as_asked(problem: Problem, path: str) -> Problem:
    """Return the problem, with the member ``error`` if the path is one of the protocol."""
    if path != BASE and not path.startswith(f"{BASE}/"):
        return problem
    told = "; ".join(first_few([f"{at.field}: {at.message}" for at in problem.errors]))
    return InferenceProblem(**dict(problem), error=f"{problem.detail} {told}".rstrip())
