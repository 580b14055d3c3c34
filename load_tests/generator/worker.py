"""A worker's side of a run over several processes: offer a share of the load, tell the master what came of it."""

import os
import socket
from typing import Any

import gevent
from locust.env import Environment
from locust.runners import WorkerRunner

from load_tests.clock import RunClock
from load_tests.cpu_allowance import available_cores
from load_tests.generator.batch import Batch
from load_tests.generator.run import LoadRun, Share
from load_tests.generator.users import LoadUser
from load_tests.generator.watch import watch
from load_tests.payloads.deck import make_deck
from load_tests.payloads.source import source_for
from load_tests.recording.generator_health import spare_garbage_collector
from load_tests.specification.errors import ScenarioError
from load_tests.specification.scenario import parse

PREPARE = "loadproof-prepare"
"""Master to worker: the scenario, and which share of it; answered with `PREPARED`."""
PREPARED = "loadproof-prepared"
"""Worker to master: ready, or why not."""
GO = "loadproof-go"
"""Master to worker: the run begins now."""
BATCH = "loadproof-batch"
"""Worker to master: what was recorded since the last one."""
FINISH = "loadproof-finish"
"""Master to worker: send nothing more; answered with a last `BATCH` when the answers under way are in."""
TELL_EVERY_S = 1.0
LOOK_EVERY_S = 0.05


class Worker:
    """Takes part in the runs that the master begins, one after the other."""

    def __init__(self, environment: Environment, runner: WorkerRunner) -> None:
        self._environment = environment
        self._runner = runner
        self._run: LoadRun | None = None
        self._clock = RunClock()
        self._batch = Batch()
        self._number = ""
        self._greenlets: list[gevent.Greenlet[..., None]] = []
        runner.register_message(PREPARE, lambda msg, **_: self._prepare(msg.data), concurrent=True)
        runner.register_message(GO, lambda **_: self._go())
        runner.register_message(FINISH, lambda **_: self._finish(), concurrent=True)
        environment.events.user_error.add_listener(lambda exception, **_: self._batch.errors.append(repr(exception)))

    def _prepare(self, orders: dict[str, Any]) -> None:
        """Make ready for a run: everything that takes time, before its clock starts."""
        self._number, self._batch, self._run = orders["run"], Batch(), None
        problem, fingerprint = "", ""
        try:
            scenario = parse(orders["name"], orders["text"])
            deck = make_deck(source_for(scenario.model), scenario.load)
            fingerprint = deck.fingerprint
            batch = self._batch
            self._run = LoadRun(
                scenario,
                deck,
                batch.requests,
                batch.generator,
                share=Share(orders["number"], orders["of"]),
                now_s=self._clock,
                errors=batch.errors,
                details=batch.details,
                servers=batch.servers,
            )
        except ScenarioError as error:
            problem = str(error)
        self._send(
            PREPARED,
            problem=problem,
            fingerprint=fingerprint,
            host=socket.gethostname(),
            pid=os.getpid(),
            cores=available_cores(),
        )

    def _go(self) -> None:
        """Start the clock: the master's word takes no longer to each worker than a request takes to the service."""
        if self._run is None:
            return
        LoadUser.load_run = self._run
        spare_garbage_collector()
        self._clock.start()
        self._greenlets = [gevent.spawn(watch, self._run), gevent.spawn(self._keep_telling)]

    def _keep_telling(self) -> None:
        while True:
            gevent.sleep(TELL_EVERY_S)
            self._tell(final=False)

    def _finish(self) -> None:
        """Offer nothing more, wait for the answers under way as long as it may take, and tell the rest."""
        run = self._run
        if run is None:
            return
        run.stop_offering()
        while not (run.idle or run.over):
            gevent.sleep(LOOK_EVERY_S)
        gevent.killall(self._greenlets)
        run.recorder.abandon()
        self._tell(final=True)
        self._run = None

    def _tell(self, *, final: bool) -> None:
        idle = self._run is not None and self._run.idle
        self._send(BATCH, idle=idle, final=final, **self._batch.pack())

    def _send(self, message: str, **data: Any) -> None:
        self._runner.send_message(message, {"run": self._number, **data})
