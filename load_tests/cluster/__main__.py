"""`python -m load_tests.cluster watch` records what a cluster does during a run, until it is told to stop.

It says `watching …` once it has seen everything it can see; load may begin then. `join` puts a run and a record
together that were made in different places: it judges the run by both, and writes its reports again.
"""

import argparse
import os
import shlex
import shutil
import signal
import sys
import threading
from pathlib import Path

from load_tests.cluster.errors import ClusterError
from load_tests.cluster.joining import joined
from load_tests.cluster.proxy import ApiProxy
from load_tests.cluster.samples import FILE_NAME as RECORD_NAME
from load_tests.cluster.samples import Header, Sample, Writer, read
from load_tests.cluster.watcher import LOOK_EVERY_S, Watcher
from load_tests.report import markdown, terminal
from load_tests.report.drawing import Drawing
from load_tests.report.reading import ReportError, file_of, read_report
from load_tests.specification.errors import ScenarioError
from load_tests.specification.quantities import parse_duration

USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> int:
    """Run a command; its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _watch(options) if options.command == "watch" else _join(options.run, options.record)
    except (ClusterError, ReportError, ScenarioError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return USAGE_ERROR


def _watch(options: argparse.Namespace) -> int:
    """Look and write until SIGTERM or SIGINT."""
    parent = os.getppid()  # before anything is said: who hears it may end at once
    told_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_stop.set())
    api = ApiProxy(shlex.split(options.kubectl), options.context)
    try:
        api.start()
        watcher = Watcher(api, options.namespace, options.deployment)
        first = watcher.look()
        header = Header(namespace=options.namespace, deployment=options.deployment, every_s=options.every)
        writer = Writer(options.out, header)
        writer.add(first)
        sys.stdout.write(f"watching {options.deployment} in {options.namespace}: {_seen(first)}\n")
        sys.stdout.flush()
        while not told_to_stop.wait(options.every) and not (options.with_parent and os.getppid() != parent):
            writer.add(watcher.look_again())
        writer.add(watcher.look_again())
        writer.close()
    finally:
        api.end()
    return 0


def _seen(sample: Sample) -> str:
    """What can be seen of the cluster, and what cannot."""
    scaler = sample.autoscaler
    ready = sum(pod.ready for pod in sample.pods or ())
    said = [f"{ready} of {sample.replicas} pods ready"]
    said.append(f"autoscaled from {scaler.least} to {scaler.most}" if scaler else "no autoscaler")
    if scaler and ready > scaler.least:
        said.append("what pods it adds cannot be judged before it has scaled down (make status)")
    return "; ".join([*said, *(f"not readable: {what}" for what in sample.unreadable or ())])


def _join(run: Path, record: Path | None) -> int:
    """Judge a run by its record as well; the exit code is the verdict's."""
    folder = file_of(run).parent
    kept = folder / RECORD_NAME
    if record is not None and record.resolve() != kept.resolve():
        shutil.copyfile(record, kept)
    report = joined(read_report(run), read(kept))
    report.write(folder)
    (folder / markdown.FILE_NAME).write_text(markdown.render(report), encoding="utf-8")
    terminal.show(report, str(Drawing(folder).result()), sys.stdout)
    return report.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m load_tests.cluster", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    watch = commands.add_parser("watch", help="record what the cluster does, until SIGTERM or Ctrl-C")
    watch.add_argument("--namespace", required=True)
    watch.add_argument("--deployment", required=True)
    watch.add_argument("--out", required=True, type=Path, help="the file to write")
    watch.add_argument("--context", default="", help="of kubectl; the current one if left out")
    watch.add_argument("--every", type=_duration, default=LOOK_EVERY_S, help="between two looks (5s)")
    watch.add_argument("--with-parent", action="store_true", help="end also when whoever started this has ended")
    watch.add_argument("--kubectl", default="kubectl", help="how kubectl is called (%(default)s)")
    join = commands.add_parser("join", help="judge a run by what was recorded of its cluster as well")
    join.add_argument("run", type=Path, metavar="RUN", help="run.json, or the folder that holds it")
    join.add_argument("--record", type=Path, help="what `watch` has written; the one in the folder if left out")
    return parser


def _duration(text: str) -> float:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
