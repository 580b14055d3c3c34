"""`python -m load_tests.report.schema`: write the JSON schema of `run.json` to `docs/run.schema.json`."""

import argparse
import json
from pathlib import Path

from load_tests.report.run_report import RunReport

SCHEMA = Path(__file__).parents[2] / "docs" / "run.schema.json"


def render() -> str:
    """The schema as the file holds it."""
    return json.dumps(RunReport.model_json_schema(mode="serialization"), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    argparse.ArgumentParser("python -m load_tests.report.schema", description=__doc__).parse_args()
    SCHEMA.write_text(render(), encoding="utf-8")
