"""From a request to its answer: that of the endpoint it asks for, or a problem."""

import asyncio
from collections.abc import Iterable

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope

from service.counters import ShedRequests
from service.endpoint import Endpoint
from service.inference_problems import as_asked
from service.problems import DETAILS, ProblemError, as_problem, problem_response


class Dispatcher:
    """Answers whatever is asked; nothing but a disconnect comes out as an exception.

    A path that answers GET answers HEAD as well; the server leaves the body out.

    Parameters
    ----------
    endpoints : iterable of Endpoint
        Whose paths have no parameters: one look finds the right one.
    shed : ShedRequests
        Where refusals are counted.
    """

    def __init__(self, endpoints: Iterable[Endpoint], shed: ShedRequests) -> None:
        self._endpoints: dict[str, dict[str, Endpoint]] = {}
        self._shed = shed
        for endpoint in endpoints:
            methods = self._endpoints.setdefault(endpoint.path, {})
            for method in endpoint.methods or ():
                methods |= {"GET": endpoint, "HEAD": endpoint} if method == "GET" else {method: endpoint}

    async def answer(self, scope: Scope, receive: Receive) -> Response:
        """Return the answer to a request."""
        try:
            return await self._endpoint(scope).answer(scope, receive)
        except ClientDisconnect:
            raise
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, ProblemError) and error.shed is not None:
                self._shed.count(error.shed)
            refused = as_problem(error)
            return problem_response(as_asked(refused.problem, scope["path"]), refused.headers)

    def _endpoint(self, scope: Scope) -> Endpoint:
        """Return the endpoint of a request, and leave it in the scope, where metrics look for its path."""
        methods = self._endpoints.get(scope["path"])
        if methods is None:
            raise ProblemError(404, DETAILS[404])
        endpoint = methods.get(scope["method"])
        scope["route"] = endpoint or next(iter(methods.values()))
        if endpoint is None:
            raise ProblemError(405, DETAILS[405], headers={"Allow": ", ".join(methods)})
        return endpoint
