"""`python -m load_tests.monitoring SCENARIO`: write the Prometheus rules and the Grafana dashboard that watch it."""

import argparse
import sys
from pathlib import Path

from load_tests.monitoring import dashboard, rules
from load_tests.specification import scenario as scenarios

FOLDER = Path(__file__).parents[2] / "monitoring"


def main(arguments: list[str] | None = None) -> int:
    """Write both files; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.monitoring", description=__doc__)
    parser.add_argument("scenario", help="name of one in load_tests/scenarios, or a path")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        scenario = scenarios.load(options.scenario)
        files = {
            options.folder / f"{scenario.name}.rules.yaml": rules.render(scenario),
            options.folder / f"{scenario.name}.dashboard.json": dashboard.render(scenario),
        }
        options.folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path}\n")
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
