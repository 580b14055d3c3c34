"""The short way from a request to its route."""

from collections.abc import Sequence

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send


class ExactPaths:
    """Looks a request's route up instead of trying one pattern after the other.

    Everything else, paths with parameters, unknown paths, other methods, is the router's business.
    """

    def __init__(self, routes: Sequence[BaseRoute], router: ASGIApp) -> None:
        plain = [route for route in routes if isinstance(route, APIRoute) and "{" not in route.path]
        self._routes = {(method, route.path): route for route in plain for method in route.methods or ()}
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to its route, or to the router."""
        route = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None:
            await self._router(scope, receive, send)
        else:
            scope["route"] = route
            await route.app(scope, receive, send)
