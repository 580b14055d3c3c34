"""The thread that computes what would keep the event loop for too long."""

import threading
from collections.abc import Callable
from queue import SimpleQueue


class Worker:
    """Does one thing after another in a thread of its own, which is started with the first.

    It is a daemon, so that no computation keeps the process from ending, and it is kept: to start one for each
    prediction cost half a millisecond of CPU time.
    """

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def do(self, work: Callable[[], object]) -> None:
        """Do this when what came before is done; it must not raise."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._go_on, name="predictions", daemon=True)
            self._thread.start()
        self._work.put(work)

    def _go_on(self) -> None:
        while True:
            self._work.get()()
