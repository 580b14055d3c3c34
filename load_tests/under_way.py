"""A run between its beginning and its verdict: who offers its load, and what is looked at meanwhile."""

import sys
from dataclasses import dataclass
from pathlib import Path

import gevent

from load_tests.abort import LOOK_EVERY_S
from load_tests.offering import Offering
from load_tests.record import RunRecord
from load_tests.report.run_report import RunFacts
from load_tests.timeline import Window
from load_tests.watch import Teller


@dataclass(frozen=True)
class UnderWay:
    """What the shape follows."""

    record: RunRecord
    offering: Offering
    facts: RunFacts
    folder: Path

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""
        return self.offering.over

    @property
    def stage(self) -> Window:
        """What is run now."""
        return self.record.timeline.at(self.record.now_s())

    @property
    def processes(self) -> int:
        """How many processes offer load."""
        return self.offering.processes

    def finish(self) -> None:
        """Offer nothing more."""
        self.record.stop_offering()
        self.offering.finish()

    def observe(self) -> None:
        """Tell of the run until it is killed, and end it if it is hopeless and its scenario says so."""
        teller = Teller(self.record, sys.stdout)
        looked_s = 0.0
        while True:
            teller.tell()
            if self.record.now_s() - looked_s >= LOOK_EVERY_S:
                looked_s = self.record.now_s()
                if self.record.look():
                    self.finish()
            gevent.sleep(LOOK_EVERY_S / 10)
