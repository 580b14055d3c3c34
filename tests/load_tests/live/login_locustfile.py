"""Beside the project's locustfile: lets those in who say the word, where Locust runs with --web-login."""

from typing import Any

from flask import Request
from flask_login import UserMixin  # type: ignore[import-untyped]
from locust import events

HEADER = "Bearer of the word"


@events.init.add_listener  # type: ignore[untyped-decorator]
def _let_in(web_ui: Any, **_: Any) -> None:
    web_ui.app.secret_key = web_ui.app.name
    web_ui.login_manager.user_loader(lambda _user_id: None)
    web_ui.login_manager.request_loader(_who)


def _who(request: Request) -> Any:
    return UserMixin() if request.headers.get("Authorization") == HEADER else None
