"""`python -m service.openapi`: write the OpenAPI document of the configured service to `docs/openapi.json`."""

import argparse
import json
import sys
from pathlib import Path

from service.app import Service, from_environment

COMMITTED = Path(__file__).parents[1] / "docs" / "openapi.json"


def openapi_text(app: Service) -> str:
    """Return the document as it is committed: indented, so that a change shows as a change of few lines."""
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the document."""
    COMMITTED.write_text(openapi_text(from_environment()), encoding="utf-8")
    sys.stderr.write(f"wrote {COMMITTED}\n")


if __name__ == "__main__":
    argparse.ArgumentParser("python -m service.openapi", description=__doc__).parse_args()
    main()
