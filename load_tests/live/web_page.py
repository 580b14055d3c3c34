"""The SLO tab of Locust's web page, and the same as JSON at `/slo`."""

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields

from flask import Blueprint, Response, jsonify, request
from locust.runners import STATE_CLEANUP, STATE_INIT, STATE_RUNNING, STATE_STOPPED, STATE_STOPPING
from locust.web import WebUI

from load_tests.judging.judgement import Verdict
from load_tests.live.live_report import LiveGenerators, LiveObjective, LiveReport, State
from load_tests.specification.errors import ScenarioError
from load_tests.specification.quantities import format_duration

KEY = "slo"
Live = Callable[[], LiveReport]


@dataclass(frozen=True)
class Row:
    """One row of the table; the head of a column is its `title`."""

    where: str = field(metadata={"title": "Stage"})
    objective: str = field(metadata={"title": "Objective"})
    verdict: str = field(default="", metadata={"title": "Verdict"})
    due: int | str = field(default="", metadata={"title": "Requests"})
    bad: int | str = field(default="", metadata={"title": "Bad"})
    evidence: str = field(default="", metadata={"title": "What it rests on"})
    state: str = field(default="", metadata={"title": "State"})


def add_slo_tab(web_ui: WebUI, live: Live, base_path: str) -> None:
    """Show what `live` tells, by Locust's own means: a tab and a table that its page fills anew every two seconds."""
    web_ui.template_args |= {
        "extended_tabs": [{"title": "SLO", "key": KEY}],
        "extended_tables": [
            {
                "key": KEY,
                "structure": [{"key": column.name, "title": column.metadata["title"]} for column in fields(Row)],
            }
        ],
        "extended_csv_files": [{"href": f"./{KEY}", "title": "The SLO so far, as JSON"}],
    }
    blueprint = Blueprint(KEY, __name__, url_prefix=base_path)
    blueprint.add_url_rule(f"/{KEY}", KEY, web_ui.auth_required_if_enabled(lambda: _as_json(live)))
    if web_ui.app is not None:
        web_ui.app.register_blueprint(blueprint)
        web_ui.app.after_request(lambda response: _extended(response, web_ui, live))


def _as_json(live: Live) -> Response:
    try:
        return Response(live().model_dump_json(), mimetype="application/json")
    except ScenarioError as error:
        return Response(str(error), 409, mimetype="text/plain")


def _extended(response: Response, web_ui: WebUI, live: Live) -> Response:
    """Add our table to what the page asks for every two seconds; every other response stays as it is."""
    runner = web_ui.environment.runner
    if request.endpoint != "locust.request_stats" or not response.is_json or runner is None:
        return response
    try:
        report = live()
        rows, under_way = [*table(report)], not report.final and report.state is not State.TO_COME
    except ScenarioError as error:
        rows, under_way = [Row("", "", evidence=str(error))], False
    # The page sorts by `name` until somebody clicks on a column.
    data = [{"name": f"{number:06}", **_cells(row)} for number, row in enumerate(rows)]
    beginning = runner.shape_greenlet is not None
    told = {
        "state": _state_for_page(runner.state, beginning=beginning, under_way=under_way),
        "extended_stats": [{"key": KEY, "data": data}],
    }
    return jsonify(response.get_json() | told)


def _state_for_page(state: str, *, beginning: bool, under_way: bool) -> str:
    """Locust's state, but `running` from Start to the verdict: told of another one, the page would ask no more.

    Locust is `ready` still while a run that was asked for waits for its workers, and `stopped` already while it is
    judged.
    """
    asked_for = state == STATE_INIT and beginning
    ending = state in (STATE_CLEANUP, STATE_STOPPING) or (state == STATE_STOPPED and under_way)
    return STATE_RUNNING if asked_for or ending else state


def _cells(row: Row) -> dict[str, str | int]:
    """By column, with line breaks only where a clause ends: on a narrow screen rows would be very high otherwise."""
    return {
        column: re.sub(r"(?<![,:;]) ", "\N{NO-BREAK SPACE}", cell) if isinstance(cell, str) else cell
        for column, cell in asdict(row).items()
    }


def table(report: LiveReport) -> Iterator[Row]:
    """The whole run, what speaks against trusting it, the load generator, and one row an objective."""
    yield Row(
        report.scenario,
        "all of them",
        _said(report.verdict, so_far=not report.final),
        report.due,
        report.bad,
        report.reason or _progress(report),
        "final" if report.final else report.state,
    )
    for reason in report.distrust:
        yield Row("run", "can be trusted", Verdict.INVALID, evidence=reason)
    if report.generators is not None:
        yield Row("generator", "keeps up", evidence=_health(report.generators))
    for objective in report.objectives:
        yield Row(
            objective.where,
            objective.objective,
            _said(objective.verdict, so_far=objective.state is not State.OVER),
            objective.due,
            objective.bad,
            _with_outlook(objective),
            objective.state,
        )


def _said(verdict: Verdict | None, *, so_far: bool) -> str:
    proven = verdict in (Verdict.PASS, Verdict.FAIL)
    return f"{verdict} so far" if so_far and proven else verdict or ""


def _progress(report: LiveReport) -> str:
    lasts = format_duration(report.ends_s)
    match report.state:
        case State.TO_COME:
            return f"takes {lasts}"
        case State.RUNNING:
            return f"{report.now_s:.0f} s of {lasts}, now {report.stage}"
        case _:
            return "the last answers are waited for"


def _health(generators: LiveGenerators) -> str:
    return (
        f"{generators.cpu_share:.0%} of its CPU used, requests left {generators.latest_ms:.3g} ms late at most, "
        f"{generators.in_flight} in flight, {generators.dropped} dropped"
    )


def _with_outlook(objective: LiveObjective) -> str:
    """The evidence and, where requests can settle the matter, whether enough of them are still to come."""
    if objective.verdict is not Verdict.INCONCLUSIVE or not objective.to_settle or objective.state is State.OVER:
        return objective.evidence
    outlook = "" if objective.can_be_settled else "only "
    return f"{objective.evidence}, {outlook}about {objective.to_come} are to come"
