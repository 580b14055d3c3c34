"""Watches over a run: samples how each generator process fares, and tells what is going on."""

from contextlib import suppress
from typing import TextIO

import gevent

from load_tests.generator.run import LoadRun
from load_tests.judging.record import RunRecord
from load_tests.recording.generator_health import PULSE_S
from load_tests.specification.quantities import format_duration, format_users

SAMPLE_EVERY_S = 1.0
TELL_EVERY_S = 10.0


def watch(run: LoadRun) -> None:
    """Sample this process until killed, or until nobody can be waiting for the run any more."""
    sampled_s = -SAMPLE_EVERY_S
    while (before_s := run.now_s()) < run.timeline.ends_s + 2 * run.scenario.load.patience_s:
        if before_s - sampled_s >= SAMPLE_EVERY_S:
            sampled_s = before_s
            run.sample_health()
            before_s = run.now_s()
        gevent.sleep(PULSE_S)
        run.generator.pauses.note(before_s, run.now_s())


class Teller:
    """Tells of a run when a stage begins, and every ten seconds.

    Parameters
    ----------
    record : RunRecord
        The run.
    stream : file
        Where to; whoever stops reading does not stop the run.
    """

    def __init__(self, record: RunRecord, stream: TextIO) -> None:
        self._record = record
        self._stream = stream
        self._told, self._told_s = "", 0.0

    def tell(self) -> None:
        """Tell, if it is time."""
        now_s = self._record.now_s()
        window = self._record.timeline.at(now_s)
        if window.name != self._told or now_s - self._told_s >= TELL_EVERY_S:
            self._told, self._told_s = window.name, now_s
            with suppress(OSError):
                self._stream.write(_line(self._record, now_s) + "\n")
                self._stream.flush()


def _line(record: RunRecord, now_s: float) -> str:
    """`  35 s of 100 s  peak: 80/s, 1234 answered right, 0 not, 3 in flight`."""
    window = record.timeline.at(now_s)
    correct = record.tally.correct
    in_flight = sum(generator.in_flight for generator in record.generators)
    offered = f"{window.offered_rps:g}/s" + (f" from {format_users(window.users)}" if window.users else "")
    return (
        f"  {now_s:5.0f} s of {format_duration(record.timeline.ends_s)}  {window.name}: {offered}, "
        f"{correct} answered right, {record.tally.total - correct} not, {in_flight} in flight"
    )
