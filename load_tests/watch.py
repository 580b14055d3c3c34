"""Watches a run once a second: samples the generator's CPU and tells what is going on."""

from typing import TextIO

import gevent

from load_tests.outcomes import Outcome
from load_tests.quantities import format_duration
from load_tests.run import LoadRun

TELL_EVERY_S = 10


def watch(run: LoadRun, stream: TextIO) -> None:
    """Sample and tell until killed, or until nobody can be waiting for the run any more."""
    last = ""
    told_s = 0.0
    while run.now_s() < run.timeline.ends_s + 2 * run.patience_s:
        run.cpu.sample()
        window = run.timeline.at(run.now_s())
        if window.name != last or run.now_s() - told_s >= TELL_EVERY_S:
            last, told_s = window.name, run.now_s()
            stream.write(f"{_progress(run)}\n")
            stream.flush()
        gevent.sleep(1.0)


def _progress(run: LoadRun) -> str:
    """`  35 s of 100 s  peak: 80/s, 1234 answered right, 0 not, 3 in flight`."""
    window = run.timeline.at(run.now_s())
    log = run.recorder.log
    wrong = len(log) - log.outcome.count(Outcome.CORRECT)
    offered = f"{window.offered_rps:g}/s" + (f" from {window.users} users" if window.users else "")
    return (
        f"  {run.now_s():5.0f} s of {format_duration(run.timeline.ends_s)}  {window.name}: {offered}, "
        f"{len(log) - wrong} answered right, {wrong} not, {run.recorder.in_flight} in flight"
    )
