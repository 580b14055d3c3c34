"""What is kept of an experiment: `python -m benchmarks.experiment_evidence reports/…-experiment`.

In `docs/results/experiment/` the capacity that was measured before, the plan, and of each arrangement its `run.json`,
trimmed; and their picture, `docs/pictures/experiment.svg`. Names of machines are left out.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

from benchmarks.cluster_evidence import trimmed
from benchmarks.picture_card import PICTURES, save, style
from load_tests.planning import picture
from load_tests.planning.capacity import CAPACITY_FILE, Capacity, read_capacity
from load_tests.planning.plan import Plan
from load_tests.planning.plan_command import PLAN_FILE
from load_tests.planning.plan_text import trial_table
from load_tests.planning.side_by_side import Arrangement, table
from load_tests.report.reading import read_report
from load_tests.report.tables import Table

RESULTS = Path(__file__).parents[1] / "docs" / "results" / "experiment"
PICTURE = PICTURES / "experiment.svg"
ARRANGEMENTS = ("single", "autoscaled", "planned")


def main(arguments: Sequence[str] | None = None) -> int:
    """Trim, and draw."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.experiment_evidence",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("experiment", type=Path, help="folder that `make experiment` has written")
    options = parser.parse_args(arguments)
    try:
        capacity = without_names(read_capacity(CAPACITY_FILE))
        kept = {name: trimmed(read_report(options.experiment / name)) for name in ARRANGEMENTS}
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    RESULTS.mkdir(parents=True, exist_ok=True)
    capacity.write(RESULTS / CAPACITY_FILE.name)
    shutil.copyfile(PLAN_FILE, RESULTS / PLAN_FILE.name)
    for name, report in kept.items():
        (RESULTS / f"{name}.json").write_text(report.model_dump_json() + "\n", encoding="utf-8")
    draw(PICTURE)
    return 0


def without_names(capacity: Capacity) -> Capacity:
    """A capacity whose generator has no name."""
    return capacity.model_copy(update={"machine": capacity.machine.model_copy(update={"host": "generator"})})


def arrangements() -> list[Arrangement]:
    """What is kept."""
    return [Arrangement(name, read_report(RESULTS / f"{name}.json")) for name in ARRANGEMENTS]


def draw(path: Path) -> None:
    """Draw what is kept."""
    with mpl.rc_context(style("experiment", 10)):
        save(picture.draw(arrangements(), "The same sudden rise, on three arrangements"), path)


def outcome_table(_written: Mapping[str, Any]) -> Iterator[str]:
    """What each arrangement came to, as a Markdown table."""
    return _markdown(table(arrangements()))


def plan_table(written: Mapping[str, Any]) -> Iterator[str]:
    """What the plan expects of each number of replicas to begin with, as a Markdown table."""
    return _markdown(trial_table(Plan.model_validate(written)))


def _markdown(found: Table) -> Iterator[str]:
    rule = tuple("--:" if place in found.numeric else "---" for place in range(len(found.head)))
    for row in (found.head, rule, *found.rows):
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    sys.exit(main())
