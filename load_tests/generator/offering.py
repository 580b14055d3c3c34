"""Who offers the load of a run: this process alone, or a crew of workers behind the same few methods."""

import socket
from typing import Protocol

import gevent

from load_tests.cpu_allowance import allowed_cores, available_cores
from load_tests.generator.run import LoadRun
from load_tests.generator.users import LoadUser
from load_tests.generator.watch import watch
from load_tests.judging.record import RunRecord
from load_tests.payloads.deck import Deck
from load_tests.recording.generator_health import Generator, spare_garbage_collector


class Offering(Protocol):
    """What a session asks of those who offer the load of one run."""

    @property
    def processes(self) -> int:
        """How many they are."""

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""

    def start(self) -> None:
        """Begin."""

    def finish(self) -> None:
        """Offer nothing more."""

    def conclude(self) -> None:
        """Have everything in the record, what never got an answer included."""


class Alone:
    """One process, which offers the whole load itself."""

    processes = 1

    def __init__(self, record: RunRecord, deck: Deck) -> None:
        generator = Generator("the generator", socket.gethostname(), allowed_cores(available_cores(), processes_here=1))
        record.generators.append(generator)
        self._run = LoadRun(
            record.scenario,
            deck,
            record.tally,
            generator,
            now_s=record.now_s,
            errors=record.errors,
            details=record.details,
            servers=record.servers,
        )
        self._watching: gevent.Greenlet[..., None] | None = None

    @property
    def over(self) -> bool:
        """Whether all has been sent and answered, or waited for as long as it may take."""
        return self._run.over

    def start(self) -> None:
        """Let the users that Locust starts find their run, and sample how this process fares."""
        LoadUser.load_run = self._run
        spare_garbage_collector()
        self._watching = gevent.spawn(watch, self._run)

    def finish(self) -> None:
        """Offer nothing more; Locust lets its users wait for the answers under way."""
        self._run.stop_offering()

    def conclude(self) -> None:
        """Count what is still without an answer as never finished."""
        if self._watching is not None:
            self._watching.kill()
        self._run.recorder.abandon()
