"""The master's side of a run over several processes: give each worker its share and gather what they tell."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import gevent
from locust.runners import STATE_MISSING, MasterRunner

from load_tests.cpu_allowance import allowed_cores
from load_tests.generator.batch import Batch
from load_tests.generator.worker import BATCH, FINISH, GO, PREPARE, PREPARED
from load_tests.judging.record import RunRecord
from load_tests.payloads.deck import Deck
from load_tests.recording.generator_health import Generator, share_hosts

PREPARE_PATIENCE_S = 30.0
TELL_PATIENCE_S = 3.0
"""How much longer than its own patience a worker may take to tell the last of what it recorded."""
LOOK_EVERY_S = 0.02


class CrewError(RuntimeError):
    """The workers cannot begin a run; the message says which of them, why and what to do."""


@dataclass
class _Member:
    generator: Generator
    prepared: dict[str, Any] | None = None
    idle: bool = False
    final: bool = False
    """Whether it has told the last of what it recorded."""


class Crew:
    """The workers of one run at a time; create it once in the master, before the workers connect."""

    def __init__(self, runner: MasterRunner) -> None:
        self._runner = runner
        self._members: dict[str, _Member] = {}
        self._record: RunRecord | None = None
        self._runs = count(1)
        self._run = ""
        self._finishing = False
        runner.register_message(PREPARED, lambda msg, **_: self._note_prepared(msg.node_id, msg.data))
        runner.register_message(BATCH, lambda msg, **_: self._note_batch(msg.node_id, msg.data))

    def prepare(self, record: RunRecord, deck: Deck) -> None:
        """Give every worker its share and wait until all are ready; CrewError if one is not."""
        self._run, self._record, self._finishing = f"run {next(self._runs)}", record, False
        ready = sorted(node.id for node in self._runner.clients.ready)
        if not ready:
            raise CrewError("no worker has connected: start some with --worker, or leave out --master")
        self._members = {node: _Member(Generator(f"worker {number}")) for number, node in enumerate(ready, start=1)}
        for number, node in enumerate(ready):
            orders = {"name": record.scenario.name, "text": record.scenario.text, "number": number, "of": len(ready)}
            self._runner.send_message(PREPARE, {"run": self._run, **orders}, client_id=node)
        self._wait(PREPARE_PATIENCE_S, lambda member: member.prepared is not None)
        for member in self._members.values():
            _check_prepared(member, deck)
        record.generators[:] = [member.generator for member in self._members.values()]
        share_hosts(record.generators, allowed_cores)

    def start(self) -> None:
        """Start the clocks of all workers; each counts time by its own, so that no two clocks have to agree."""
        for node in self._members:
            self._runner.send_message(GO, client_id=node)

    @property
    def processes(self) -> int:
        """Number of workers."""
        return len(self._members)

    @property
    def over(self) -> bool:
        """Whether nothing more is to come: all workers are idle after the last stage, or one of them was lost."""
        record = self._current()
        if self._note_losses():
            return True
        idle = all(member.idle for member in self._members.values())
        return record.now_s() >= (record.ends_s if idle else record.ends_s + record.scenario.load.patience_s)

    def finish(self) -> None:
        """Have the workers send nothing more, and wait for the last of what they recorded; a lost one is an error."""
        record = self._current()
        for node in self._members:
            if not self._finishing and node in self._runner.clients:
                self._runner.send_message(FINISH, client_id=node)
        self._finishing = True
        self._wait(record.scenario.load.patience_s + TELL_PATIENCE_S, lambda member: member.final)
        for member in self._members.values():
            if not member.final:
                self._note_loss(member)

    def conclude(self) -> None:
        """Nothing is left to do: each worker counted what never got an answer before it told the last."""

    def _current(self) -> RunRecord:
        if self._record is None:
            raise CrewError("no run was prepared")
        return self._record

    def _wait(self, patience_s: float, done: Callable[[_Member], bool]) -> None:
        """Wait until all that are still there are done, within a bound."""
        deadline_s = time.monotonic() + patience_s
        while time.monotonic() < deadline_s:
            if all(done(member) or self._is_lost(node) for node, member in self._members.items()):
                return
            gevent.sleep(LOOK_EVERY_S)

    def _is_lost(self, node: str) -> bool:
        client = self._runner.clients.get(node)
        return client is None or client.state == STATE_MISSING

    def _note_losses(self) -> bool:
        """Note the workers that are gone without having told everything; whether there are any."""
        lost = [member for node, member in self._members.items() if not member.final and self._is_lost(node)]
        for member in lost:
            self._note_loss(member)
        return bool(lost)

    def _note_loss(self, member: _Member) -> None:
        problem = (
            f"{member.generator.name} on {member.generator.host} was lost, with the requests that it had not told of"
        )
        errors = self._current().errors
        if problem not in errors:
            errors.append(problem)

    def _note_prepared(self, node: str, told: dict[str, Any]) -> None:
        member = self._members.get(node)
        if member is not None and told["run"] == self._run:
            member.prepared = told
            member.generator.host = told["host"]
            member.generator.cores = told["cores"]

    def _note_batch(self, node: str, told: dict[str, Any]) -> None:
        member = self._members.get(node)
        if member is not None and told["run"] == self._run:
            Batch.unpack(told).add_to(self._current(), member.generator)
            member.idle, member.final = told["idle"], told["final"]


def _check_prepared(member: _Member, deck: Deck) -> None:
    if member.prepared is None:
        raise CrewError(
            f"{member.generator.name} did not answer within {PREPARE_PATIENCE_S:g} s: is it stopped, or busy?"
        )
    if member.prepared["problem"]:
        raise CrewError(f"{member.generator.name}: {member.prepared['problem']}")
    if member.prepared["fingerprint"] != deck.fingerprint:
        raise CrewError(
            f"{member.generator.name} on {member.generator.host} makes other payloads than the master: "
            "bring both to the same version of this repository"
        )
