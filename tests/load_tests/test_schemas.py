"""The JSON schemas in the documents are those of what is written, and what was written in earnest keeps to them."""

import json
from pathlib import Path

import jsonschema
import pytest

from load_tests.schemas import SCHEMAS, render
from tests.conftest import ROOT

RESULTS = ROOT / "docs" / "results"
WRITTEN = {
    "run.schema.json": sorted((RESULTS / "cluster").glob("*.json")),
    "capacity.schema.json": [RESULTS / "experiment" / "capacity.json"],
    "plan.schema.json": [RESULTS / "experiment" / "plan.json"],
}


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_the_schema_in_the_documents_is_the_schema(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == render(SCHEMAS[path]), "write it again: make documents"


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_what_is_committed_keeps_to_its_schema(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert WRITTEN[path.name]
    for written in WRITTEN[path.name]:
        jsonschema.validate(json.loads(written.read_text(encoding="utf-8")), schema)
