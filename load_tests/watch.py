"""Watches a run: samples the generator's CPU, notes when it stood still, and tells what is going on."""

from contextlib import suppress
from typing import TextIO

import gevent

from load_tests.generator_health import PULSE_S
from load_tests.outcomes import Outcome
from load_tests.quantities import format_duration
from load_tests.run import LoadRun

SAMPLE_EVERY_S = 1.0
TELL_EVERY_S = 10.0


def watch(run: LoadRun, stream: TextIO) -> None:
    """Watch until killed, or until nobody can be waiting for the run any more."""
    told, told_s, sampled_s = "", 0.0, -SAMPLE_EVERY_S
    while (now_s := run.now_s()) < run.timeline.ends_s + 2 * run.patience_s:
        if now_s - sampled_s >= SAMPLE_EVERY_S:
            sampled_s = now_s
            run.cpu.sample()
        window = run.timeline.at(now_s)
        if window.name != told or now_s - told_s >= TELL_EVERY_S:
            told, told_s = window.name, now_s
            _tell(run, stream)
        before_s = run.now_s()
        gevent.sleep(PULSE_S)
        run.pauses.note(before_s, run.now_s())


def _tell(run: LoadRun, stream: TextIO) -> None:
    """`  35 s of 100 s  peak: 80/s, 1234 answered right, 0 not, 3 in flight`."""
    window = run.timeline.at(run.now_s())
    log = run.recorder.log
    wrong = len(log) - log.outcome.count(Outcome.CORRECT)
    offered = f"{window.offered_rps:g}/s" + (f" from {window.users} users" if window.users else "")
    with suppress(OSError):  # whoever stops reading does not stop the run
        stream.write(
            f"  {run.now_s():5.0f} s of {format_duration(run.timeline.ends_s)}  {window.name}: {offered}, "
            f"{len(log) - wrong} answered right, {wrong} not, {run.recorder.in_flight} in flight\n"
        )
        stream.flush()
