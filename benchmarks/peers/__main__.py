"""Serve the same model in several ways and measure all in turn: `python -m benchmarks.peers [names...] [--rounds N]`.

Each peer gets an environment of its own in ``.build/peers`` (about 2.4 GB for all, some minutes the first time). In
every round each of them is started, loaded and stopped, one after the other, so that whatever else the machine does
meets all alike. All of them, and not fewer, leave the figures in ``results/peers.json`` and the picture in
``docs/pictures/peers.svg`` and the tables in ``docs/peers.md``.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.cores import CLIENT_CORE, stay_on
from benchmarks.ending import leave_nothing_behind
from benchmarks.peers import picture
from benchmarks.peers.catalogue import PEERS, SCIKIT_LEARN
from benchmarks.peers.environments import PIPELINE, PeerError, install, size_mb, versions
from benchmarks.peers.measuring import CLOSED_S, CONNECTIONS, OPEN_S, RATE_RPS, Round, Subject, measure, prepare
from benchmarks.peers.pipeline import train
from benchmarks.peers.results import DOCUMENT, RESULT_FILE, figures, rewritten, table, table_of_versions
from benchmarks.result_file import machine, write

ROUNDS = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure those who are named, or all."""
    options = _parse(arguments)
    leave_nothing_behind()
    stay_on(CLIENT_CORE)
    names = options.names or list(PEERS)
    result = compare(names, options.rounds)
    print(*table_of_versions(result), "", *table(result), sep="\n")
    if len(result["peers"]) + len(result["not_measured"]) < len(PEERS):
        return 0
    write(RESULT_FILE, result)
    DOCUMENT.write_text(rewritten(DOCUMENT.read_text(encoding="utf-8"), result), encoding="utf-8")
    return picture.main()


def compare(names: Sequence[str], rounds: int) -> dict[str, Any]:
    """Set up the peers, measure them in turn, and sum up."""
    failed: dict[str, str] = {}
    trained_on = train(PIPELINE) if any(set(SCIKIT_LEARN) & set(PEERS[name].distributions) for name in names) else None
    subjects = set_up(names, failed)
    measured = measure_in_turn(subjects, rounds, failed)
    found = {
        subject.name: asdict(
            figures(subject, versions(subject.environment, subject.peer), size_mb(subject.environment), measured)
        )
        for subject in subjects
        if subject.name in measured
    }
    return {
        "peers": found,
        "not_measured": {PEERS[name].title: reason for name, reason in failed.items()},
        "rounds": rounds,
        "connections": CONNECTIONS,
        "closed_s": CLOSED_S,
        "rate_rps": RATE_RPS,
        "open_s": OPEN_S,
        "scikit_learn_trained_on": trained_on,
        "machine": machine(),
    }


def set_up(names: Sequence[str], failed: dict[str, str]) -> list[Subject]:
    """Install the peers and ask each for the golden answers; note those that fail and go on."""
    subjects = []
    for name in names:
        try:
            subjects.append(prepare(name, PEERS[name], install(name, PEERS[name])))
        except (PeerError, OSError) as error:
            _note(failed, name, error)
    return subjects


def measure_in_turn(subjects: Sequence[Subject], rounds: int, failed: dict[str, str]) -> Mapping[str, Sequence[Round]]:
    """Measure all in every round; who fails once is out."""
    measured: dict[str, list[Round]] = {subject.name: [] for subject in subjects}
    for number in range(rounds):
        for subject in subjects:
            if subject.name not in measured:
                continue
            try:
                found = measure(subject, seed=number)
            except (PeerError, OSError) as error:
                _note(failed, subject.name, error)
                del measured[subject.name]
            else:
                measured[subject.name].append(found)
                print(f"round {number + 1}: {subject.name} {found.cpu_us:,.0f} µs", flush=True)
    return measured


def _note(failed: dict[str, str], name: str, error: Exception) -> None:
    failed[name] = " ".join(str(error).replace("|", "/").split())  # it becomes a cell of a table
    sys.stderr.write(f"{name}: {error}\n")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    known = ", ".join(PEERS)
    parser.add_argument("names", nargs="*", choices=[*PEERS, []], metavar="NAME", help=f"{known}; default: all")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default: {ROUNDS}")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error(f"--rounds {options.rounds}: at least 1")
    return options


if __name__ == "__main__":
    sys.exit(main())
