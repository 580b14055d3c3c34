"""The page of a run that is drawn where its reports are brought to: the generator's image has nothing to draw with."""

from dataclasses import dataclass
from pathlib import Path

from load_tests.report.folders import PAGE_NAME

LATER = "later"
"""As `--cluster-record`: the run is joined with the record of its cluster afterwards, and drawn then."""


@dataclass(frozen=True)
class DrawnLater:
    """Stands where a drawing would."""

    folder: Path

    def result(self) -> Path:
        """The page's path, by which it will be found."""
        return self.folder / PAGE_NAME
