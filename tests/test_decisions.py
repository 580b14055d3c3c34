"""The decisions are listed, and what they were decided by can be computed again."""

import re

from load_tests.judging.binomial import probability_at_most, requests_to_prove
from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "decisions"
EXACT = (FOLDER / "0004-prove-or-say-that-nothing-is-proven.md").read_text(encoding="utf-8")


def test_every_decision_is_listed_by_its_title() -> None:
    files = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
    titles = {path.name: path.read_text(encoding="utf-8").splitlines()[0] for path in files}
    for document in (FOLDER / "README.md", ROOT / "CONTRIBUTING.md"):
        text = document.read_text(encoding="utf-8")
        assert re.findall(r"(\d{4}-[\w-]+\.md)\)", text) == [*titles]
        assert all(title.partition(". ")[2] in text for title in titles.values())


def test_the_samples_percentile_passes_broken_services_as_often_as_is_said() -> None:
    """The p99 of 100 is the second largest: it is in time if at most one is late."""
    assert f"| {probability_at_most(1, 100, 0.015):.0%} |".replace("%", " %") in EXACT


def test_the_binomial_takes_as_many_requests_as_is_said() -> None:
    assert f"it takes {requests_to_prove(0, 0.01, 0.95)} |" in EXACT
