"""The short way from a request to its route."""

from collections.abc import Sequence

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from service.problems import DETAILS, ProblemError


class ExactPaths:
    """Looks a request's route up instead of trying one pattern after the other.

    A path that answers GET answers HEAD as well; the server leaves the body out. Everything else, paths with
    parameters and unknown paths, is the router's business.
    """

    def __init__(self, routes: Sequence[BaseRoute], router: ASGIApp) -> None:
        self._routes: dict[str, dict[str, APIRoute]] = {}
        for route in routes:
            if isinstance(route, APIRoute) and "{" not in route.path:
                methods = self._routes.setdefault(route.path, {})
                for method in route.methods or ():
                    methods |= {"GET": route, "HEAD": route} if method == "GET" else {method: route}
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to its route, or to the router."""
        methods = self._routes.get(scope["path"]) if scope["type"] == "http" else None
        if methods is None:
            await self._router(scope, receive, send)
        else:
            await _route_of(methods, scope).app(scope, receive, send)


def _route_of(methods: dict[str, APIRoute], scope: Scope) -> APIRoute:
    """Return the route for the request's method, and leave it in the scope, where metrics look for its path."""
    route = methods.get(scope["method"])
    scope["route"] = route or next(iter(methods.values()))
    if route is None:
        raise ProblemError(405, DETAILS[405], headers={"Allow": ", ".join(methods)})
    return route
