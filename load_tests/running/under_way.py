"""A run between its beginning and its verdict: who offers its load, and what is looked at meanwhile."""

import sys
from dataclasses import dataclass
from pathlib import Path

import gevent

from load_tests.generator.offering import Offering
from load_tests.generator.watch import Teller
from load_tests.judging.abort import LOOK_EVERY_S
from load_tests.judging.record import RunRecord
from load_tests.report.run_report import RunFacts
from load_tests.specification.timeline import Window


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
