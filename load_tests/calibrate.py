"""`make calibrate`: what this load generator can do on this machine, measured against a responder that does nothing."""

import argparse
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from load_tests.generator.sharing import Sharing
from load_tests.judging.floor import FLOOR_FILE, Floor, FloorRow, this_machine
from load_tests.judging.judgement import USAGE_ERROR, Verdict
from load_tests.recording.generator_health import BUSIEST_CPU_SHARE
from load_tests.report import floor_table, terminal
from load_tests.report.reading import ReportError, read_report
from load_tests.report.run_report import FILE_NAME, RunReport
from load_tests.report.stage_report import StageReport
from load_tests.running.choice import Choice, choose
from load_tests.running.launch import Launcher, run_all
from load_tests.specification.offered_load import ConnectionUse, Load
from load_tests.specification.timeline import timeline_of

MOST_LATENESS_MS = 20.0
"""A generator whose p99 lateness is above this does not keep up, whatever is to be judged."""
NULL_RESPONDER = (sys.executable, "-m", "load_tests.null_responder", "--port", "0")
START_PATIENCE_S = 15.0
STOP_PATIENCE_S = 5.0


class CalibrationError(RuntimeError):
    """The floor could not be measured; says why."""


class CutShortError(RuntimeError):
    """The calibration was stopped before its end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Calibrate, write the floor and show it; 2 if that could not be done, 4 or 130 if it was stopped."""
    options = _parser().parse_args(arguments)
    terminal.survive_any_encoding()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the responder ends as well
    try:
        folder = options.output.with_name(f"{options.output.stem}-run")
        floor = measure(choose(options.scenario), folder, options.processes)
        floor.write(options.output)
    except CutShortError as error:
        terminal.say_verdict(Verdict.INVALID, str(error), sys.stdout)
        return Verdict.INVALID.exit_code
    except (CalibrationError, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return USAGE_ERROR
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    floor_table.show(floor, options.output, sys.stdout)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m load_tests.calibrate", description=__doc__)
    parser.add_argument("scenario", nargs="?", default="calibrate", help="open arrivals at rising rates (%(default)s)")
    parser.add_argument("--output", type=Path, default=FLOOR_FILE, help="where the floor is written (%(default)s)")
    parser.add_argument(
        "--processes", type=_positive, default=1, metavar="N", help="that share the rates (%(default)s)"
    )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of processes: give 1 or more")
    return int(text)


def measure(choice: Choice, folder: Path, processes: int = 1, responder: Sequence[str] = NULL_RESPONDER) -> Floor:
    """Offer the rates of a scenario to a responder that does nothing; the reports of that run go to `folder`."""
    (folder / FILE_NAME).unlink(missing_ok=True)  # so that no earlier run is taken for this one
    sys.stdout.write("The rates rise until the generator gives in. So INVALID is no surprise at the highest of them.\n")
    with null_responder(responder) as host:
        run_all([choice], Launcher(host, Sharing(processes)), str(folder))
    report = _report_in(folder)
    if report.ended_early or report.ended_after_s < timeline_of(choice.scenario).ends_s:
        raise CutShortError("the calibration was stopped before its end, and nothing was written")
    return floor_of(report, choice.scenario.load, processes)


@contextmanager
def null_responder(command: Sequence[str] = NULL_RESPONDER) -> Iterator[str]:
    """Start a responder; yields its base URL. It has a session of its own, so that Ctrl-C ends the load first."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield f"http://127.0.0.1:{_port_of(process)}"
        if (exit_code := process.poll()) is not None:
            raise CalibrationError(f"the responder ended during the calibration, with {exit_code}: nothing was written")
    finally:
        _end(process)


def _port_of(process: "subprocess.Popen[str]") -> int:
    """The port that a responder says it listens on, in its first line."""
    assert process.stdout is not None  # noqa: S101 (it is a pipe)
    patience = threading.Timer(START_PATIENCE_S, process.kill)
    patience.start()
    try:
        line = process.stdout.readline().strip()
    finally:
        patience.cancel()
    if not line.isdecimal():
        raise CalibrationError(f"the responder did not start: it said {line!r} where its port was expected")
    return int(line)


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.communicate(timeout=STOP_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def _report_in(folder: Path) -> RunReport:
    try:
        return read_report(folder)
    except ReportError:
        raise CalibrationError(f"the load generator left no report in {folder}: nothing was written") from None


def floor_of(report: RunReport, load: Load, processes: int) -> Floor:
    """The floor that a run against a responder that does nothing shows; its warm-up is no part of it."""
    return Floor(
        machine=this_machine(),
        measured_at=report.facts.started_at,
        processes=processes,
        connections=_connections_of(load),
        rates=tuple(row_of(stage, processes) for stage in report.stages if stage.judged),
    )


def _connections_of(load: Load) -> str:
    return load.connections.value if isinstance(load.connections, ConnectionUse) else f"{load.connections:g}s"


def row_of(stage: StageReport, processes: int = 1) -> FloorRow:
    """What a stage shows of each of the processes that shared its rate."""
    failed = sum(stage.failed.values())
    on_time = stage.lateness_p99_ms is not None and stage.lateness_p99_ms < MOST_LATENESS_MS
    return FloorRow(
        offered_rps=stage.offered_rps / processes,
        due=stage.due,
        p50_ms=stage.latency_ms.p50 if stage.latency_ms else None,
        p99_ms=stage.latency_ms.p99 if stage.latency_ms else None,
        lateness_p99_ms=stage.lateness_p99_ms,
        cpu_share=stage.generator_cpu_share,
        failed=failed,
        dropped=stage.dropped,
        kept_up=on_time and stage.generator_cpu_share < BUSIEST_CPU_SHARE and not failed and not stage.dropped,
    )


if __name__ == "__main__":
    sys.exit(main())
