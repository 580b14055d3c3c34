"""Where the reports of a run go."""

from datetime import datetime
from pathlib import Path


def report_folder(given: str, scenario: str, started_at: datetime) -> Path:
    """Make the folder of a run's reports: the one given, or a new one under `reports/`."""
    folder = Path(given) if given else Path("reports") / f"{started_at:%Y%m%dT%H%M%S}-{scenario}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
