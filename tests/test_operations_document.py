"""The document on running the service lists its settings as they are, and what was measured as it was."""

import json
import re

from pydantic_core import PydanticUndefined

from benchmarks import rolling_restart
from benchmarks.overload import RESULT_FILE, table_rows
from service.settings import DEFAULT_CONFIG, PREFIX, Settings
from tests.conftest import ROOT

DOCUMENT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| .+ \|$", DOCUMENT, re.MULTILINE))
ROLLING_RESTART = json.loads(rolling_restart.RESULT_FILE.read_text(encoding="utf-8"))
OVERLOAD = json.loads(RESULT_FILE.read_text(encoding="utf-8"))


def test_the_table_lists_every_setting_with_its_default() -> None:
    settings = Settings.model_fields.items()
    defaults = {
        field.validation_alias or f"{PREFIX}{name.upper()}": _written(field.default) for name, field in settings
    }
    assert defaults == ROWS


def test_the_table_of_overload_is_the_one_that_was_measured() -> None:
    for row in table_rows(OVERLOAD["weights"]):
        assert row in DOCUMENT


def test_at_twice_its_capacity_it_kept_its_goodput_and_its_word_on_waiting() -> None:
    for weight in OVERLOAD["weights"]:
        assert weight["kept_at_twice"] >= 0.9
        if not weight["cpu_ms"]:
            continue  # no limit reaches where those wait, as the document says
        [twice] = [load for load in weight["loads"] if load["times_capacity"] == 2.0]
        assert twice["accepted_p99_ms"] <= OVERLOAD["max_wait_ms"] + weight["cpu_ms"]
        assert twice["probes_failed"] == twice["given_up"] == 0


def test_of_twenty_thousand_requests_none_failed_over_twenty_restarts_and_some_without_the_drain() -> None:
    drained, not_drained = ROLLING_RESTART["drain"], ROLLING_RESTART["no_drain"]
    assert drained["requests"] >= 20_000
    assert drained["restarts"] == not_drained["restarts"] == 20
    assert drained["failed"] == 0
    assert min(drained["requests_kept_alive"], drained["requests_new_connection"]) > 0
    assert not_drained["failed"] > 0


def _written(default: object) -> str:
    if default is PydanticUndefined:  # it has a factory
        return "the host's name"
    if default == DEFAULT_CONFIG:
        return f"`{DEFAULT_CONFIG.relative_to(ROOT)}`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
