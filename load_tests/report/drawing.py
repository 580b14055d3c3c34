"""Draws the reports of a run in a process of its own: Matplotlib in the load generator would delay its requests."""

import logging
import subprocess
import sys
from pathlib import Path

from load_tests.report import markdown
from load_tests.report.folders import PAGE_NAME

logger = logging.getLogger(__name__)

PATIENCE_S = 60.0
"""How long the verdict waits for its page; a page that takes longer comes after it."""
PROJECT = Path(__file__).parents[2]


class Drawing:
    """The page of a run being drawn; whatever goes wrong with it is told and changes no verdict.

    Parameters
    ----------
    folder : Path
        Where the run's `run.json` is.
    command : sequence of str
        What draws it; the folder is added.
    """

    def __init__(self, folder: Path, command: tuple[str, ...] = (sys.executable, "-m", "load_tests.report")) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._process = subprocess.Popen(
                [*command, str(folder.resolve())],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # what interrupts the run does not interrupt its report
            )
        except OSError as error:
            logger.error("the page of the run cannot be drawn: %s", error)

    def result(self, patience_s: float = PATIENCE_S) -> Path:
        """Wait for the page; its path, or that of the Markdown report if there is no page."""
        if self._process is not None:
            try:
                if exit_code := self._process.wait(patience_s):
                    logger.error("the page of the run could not be drawn (exit code %d)", exit_code)
            except subprocess.TimeoutExpired:
                logger.error("the page of the run is not drawn after %g s; it may come", patience_s)
        page = self._folder / PAGE_NAME
        return page if page.is_file() else self._folder / markdown.FILE_NAME
