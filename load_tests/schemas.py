"""`python -m load_tests.schemas`: write the JSON schemas of `run.json`, `capacity.json` and `plan.json` to `docs/`."""

import argparse
import json
from pathlib import Path

from pydantic import BaseModel

from load_tests.planning.capacity import Capacity
from load_tests.planning.plan import Plan
from load_tests.report.run_report import RunReport

DOCUMENTS = Path(__file__).parents[1] / "docs"
SCHEMAS: dict[Path, type[BaseModel]] = {
    DOCUMENTS / "run.schema.json": RunReport,
    DOCUMENTS / "capacity.schema.json": Capacity,
    DOCUMENTS / "plan.schema.json": Plan,
}


def render(document: type[BaseModel]) -> str:
    """The schema of a document as its file holds it."""
    return json.dumps(document.model_json_schema(mode="serialization"), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    argparse.ArgumentParser("python -m load_tests.schemas", description=__doc__).parse_args()
    for path, document in SCHEMAS.items():
        path.write_text(render(document), encoding="utf-8")
