"""`python -m load_tests.cluster watch` records what a cluster does during a run, until it is told to stop.

It says `watching …` once it has seen everything it can see; load may begin then. `join` judges a run again by a record.
"""

import argparse
import shlex
import signal
import sys
import threading
from pathlib import Path

from load_tests.cluster.errors import ClusterError
from load_tests.cluster.proxy import ApiProxy
from load_tests.cluster.samples import Header, Sample, Writer
from load_tests.cluster.watcher import LOOK_EVERY_S, Watcher

USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> int:
    """Run a command; its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _watch(options)
    except ClusterError as error:
        sys.stderr.write(f"{error}\n")
        return USAGE_ERROR


def _watch(options: argparse.Namespace) -> int:
    """Look and write until SIGTERM or SIGINT."""
    told_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_stop.set())
    api = ApiProxy(shlex.split(options.kubectl), options.context)
    try:
        api.start()
        watcher = Watcher(api, options.namespace, options.deployment)
        first = watcher.look()
        header = Header(namespace=options.namespace, deployment=options.deployment, every_s=LOOK_EVERY_S)
        writer = Writer(options.out, header)
        writer.add(first)
        sys.stdout.write(f"watching {options.deployment} in {options.namespace}: {_seen(first)}\n")
        sys.stdout.flush()
        while not told_to_stop.wait(LOOK_EVERY_S):
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
    return "; ".join([*said, *(f"not readable: {what}" for what in sample.unreadable or ())])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m load_tests.cluster", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    watch = commands.add_parser("watch", help="record what the cluster does, until SIGTERM or Ctrl-C")
    watch.add_argument("--namespace", required=True)
    watch.add_argument("--deployment", required=True)
    watch.add_argument("--out", required=True, type=Path, help="the file to write")
    watch.add_argument("--context", default="", help="of kubectl; the current one if left out")
    watch.add_argument("--kubectl", default="kubectl", help="how kubectl is called (%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
