"""The document on running the service lists its settings as they are, and what was measured as it was."""

import json
import re

from pydantic_core import PydanticUndefined

from benchmarks.overload import RESULT_FILE, table_rows
from service.settings import DEFAULT_CONFIG, PREFIX, Settings
from tests.conftest import ROOT

DOCUMENT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| .+ \|$", DOCUMENT, re.MULTILINE))
FEW_MS = 5.0
"""From here on the document promises that goodput is kept; below, refusals cost a visible share."""


def test_the_table_lists_every_setting_with_its_default() -> None:
    settings = Settings.model_fields.items()
    defaults = {
        field.validation_alias or f"{PREFIX}{name.upper()}": _written(field.default) for name, field in settings
    }
    assert defaults == ROWS


def test_the_table_of_overload_is_the_one_that_was_measured() -> None:
    weights = json.loads(RESULT_FILE.read_text(encoding="utf-8"))["weights"]
    for row, weight in zip(table_rows(weights), weights, strict=True):
        assert row in DOCUMENT
        assert weight["kept_at_twice_per_cpu_s"] >= 0.9 or weight["cpu_ms"] < FEW_MS


def _written(default: object) -> str:
    if default is PydanticUndefined:  # it has a factory
        return "the host's name"
    if default == DEFAULT_CONFIG:
        return f"`{DEFAULT_CONFIG.relative_to(ROOT)}`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
