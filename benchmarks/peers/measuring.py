"""One peer, one round: start it, load it, look at it, stop it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.golden import golden
from benchmarks.peers.catalogue import Peer, Record
from benchmarks.peers.environments import PeerError
from benchmarks.peers.load import Client, Question, ask_once
from benchmarks.peers.processes import Tree, running
from load_tests.judging.measurement import percentile
from model.insurance_charges import InsuranceChargesModel

CONNECTIONS = 16
RATE_RPS = 50.0
WARM_UP_S = 1.0
CLOSED_S = 4.0
OPEN_S = 8.0
LONGEST_START_S = 120.0
PAUSE_S = 0.01


@dataclass(frozen=True)
class Round:
    """What was measured of one peer in one round."""

    cold_start_s: float
    cold_start_cpu_s: float
    cpu_us: float
    requests_per_s: float
    p50_ms: float
    p99_ms: float
    memory_mb: float
    processes: int


@dataclass(frozen=True)
class Subject:
    """A peer that is ready to be measured."""

    name: str
    peer: Peer
    environment: Path
    questions: Sequence[Question]
    differs_by_usd: float | None
    """How far its answers are from the golden ones at most; None of the floor."""


def prepare(name: str, peer: Peer, environment: Path) -> Subject:
    """Start a peer for the first time and note what it answers to the golden requests."""
    examples = golden(InsuranceChargesModel)
    with running(name, peer, environment) as tree:
        wait_for_answer(tree, peer, Question(peer.request(examples[0].request)))
        questions = [_answered(tree, peer, example.request) for example in examples]
    differences = [
        abs((asked.charges or 0) - example.response["charges"])
        for asked, example in zip(questions, examples, strict=True)
    ]
    return Subject(name, peer, environment, questions, max(differences) if peer.predicts else None)


def measure(subject: Subject, seed: int) -> Round:
    """Measure one round."""
    peer, began_s = subject.peer, time.monotonic()
    with running(subject.name, peer, subject.environment) as tree:
        wait_for_answer(tree, peer, subject.questions[0])
        cold_start_s, cold_start_cpu_s = time.monotonic() - began_s, tree.cpu_s()
        with Client(tree.port, peer.answer, subject.questions) as client:
            client.closed(CONNECTIONS, WARM_UP_S)
            cpu_before_s, began_s = tree.cpu_s(), time.monotonic()
            answered = client.closed(CONNECTIONS, CLOSED_S)
            took_s, cpu_s = time.monotonic() - began_s, tree.cpu_s() - cpu_before_s
            latencies_ms = sorted(latency_s * 1000 for latency_s in client.opened(RATE_RPS, OPEN_S, seed))
        return Round(
            cold_start_s=cold_start_s,
            cold_start_cpu_s=cold_start_cpu_s,
            cpu_us=cpu_s / answered * 1e6,
            requests_per_s=answered / took_s,
            p50_ms=percentile(latencies_ms, 50),
            p99_ms=percentile(latencies_ms, 99),
            memory_mb=tree.memory_mb(),
            processes=len(tree.members()),
        )


def wait_for_answer(tree: Tree, peer: Peer, question: Question) -> None:
    """Wait until a peer gives its first right answer."""
    end_s, last = time.monotonic() + LONGEST_START_S, "no answer"
    while time.monotonic() < end_s:
        tree.require_running()
        try:
            charges = ask_once(tree.port, peer.answer, question)
        except (OSError, PeerError) as not_yet:
            last = str(not_yet)
        else:
            if question.charges in {None, charges}:
                return
            last = f"answered {charges} instead of {question.charges}"
        time.sleep(PAUSE_S)
    raise PeerError(f"did not start within {LONGEST_START_S:.0f} s: {last}; its last words: {tree.last_words()}")


def _answered(tree: Tree, peer: Peer, record: Record) -> Question:
    request = peer.request(record)
    return Question(request, ask_once(tree.port, peer.answer, Question(request)))
