"""Runs a search for the capacity of one replica: probe after probe, each a load test with reports of its own."""

import time
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from load_tests.judging.floor import this_machine
from load_tests.judging.judgement import Verdict
from load_tests.planning.capacity import Capacity, Probe
from load_tests.planning.findings import sentence
from load_tests.planning.probe import STAGE, USUAL, Lengths, probe_of, wanted_of
from load_tests.planning.progress import Progress
from load_tests.planning.search import End, Limits, Next, bounds_of, next_step
from load_tests.planning.service_cpu import SOURCE, CpuUse, Look, Process, cpu_s_per_request, idle_cores, look_at
from load_tests.report.folders import report_folder
from load_tests.report.reading import read_report
from load_tests.report.run_report import FILE_NAME, RunReport, ServiceReport
from load_tests.running.choice import Choice, choose
from load_tests.running.launch import Launcher
from load_tests.running.preflight import why_not_reachable, without_password
from load_tests.specification.scenario import Scenario

OUTPUT_NAME = "output.txt"
LOOKS = 5
"""Connections that are asked who answers, before any load."""
IDLE_S = 3.0
"""How long the service is watched without load; its CPU time is known to 10 ms."""


class NotOneReplicaError(ValueError):
    """More than one replica answers."""


class InterruptedSearchError(RuntimeError):
    """A signal asked for the end."""


@dataclass(frozen=True)
class Measured:
    """A probe, and what is needed of it for the whole."""

    probe: Probe
    use: CpuUse | None = None
    service: ServiceReport | None = None


@dataclass(frozen=True)
class Search:
    """What is searched for, how, and where its reports go."""

    scenario: Scenario
    limits: Limits
    launcher: Launcher
    folder: Path
    progress: Progress
    lengths: Lengths = USUAL
    wait: Callable[[float], None] = time.sleep
    limit_cores: float | None = None
    """CPU that the replica may use at most, as far as whoever searches knows."""

    def run(self) -> Capacity:
        """Offer one rate after the other until the capacity is found, or it is clear why it cannot be."""
        started_at = datetime.now(UTC)
        idle = self._watch_idle()
        measured: list[Measured] = []
        while isinstance(step := next_step([one.probe.tried for one in measured], self.limits), Next):
            measured.append(self._probe(step, len(measured) + 1, idle or 0.0))
        return self._conclude(measured, step, idle, started_at)

    def _watch_idle(self) -> float | None:
        """What CPU the replica uses without load; None if it does not say."""
        before = self._look()
        if before.cpu_s is None:
            self.progress.say("The service does not say its CPU time in /metrics: what a request costs stays unknown.")
            return None
        self.wait(IDLE_S)
        return idle_cores(before, self._look())

    def _look(self) -> Look:
        """Ask a few times who answers; NotOneReplicaError if that is not always the same process."""
        looks = [look_at(self.launcher.host) for _ in range(LOOKS)]
        if len(processes := {look.process for look in looks}) > 1:
            raise _several(self.launcher.host, processes)
        return looks[-1]

    def _probe(self, step: Next, number: int, idle: float) -> Measured:
        """Offer one rate; what came of it."""
        name = f"{number:02}-{step.rate_rps:g}rps" + ("-confirming" if step.confirms else "")
        folder = report_folder(str(self.folder / name), name, datetime.now(UTC))
        choice = self._choice(step, number, folder)
        self.progress.begin(number, choice.scenario, step)
        measured = self._measure(step, choice, folder, idle)
        self.progress.end(measured.probe)
        return measured

    def _choice(self, step: Next, number: int, folder: Path) -> Choice:
        scenario = probe_of(self.scenario, step.rate_rps, number, step.confirms, self.lengths)
        path = folder / f"{scenario.name}.yaml"
        path.write_text(scenario.text, encoding="utf-8")
        return choose(str(path))

    def _measure(self, step: Next, choice: Choice, folder: Path, idle: float) -> Measured:
        if problem := why_not_reachable(self.launcher.host):
            return Measured(_probe_without_report(step, folder, problem))
        before = self._look()
        with (folder / OUTPUT_NAME).open("w", encoding="utf-8") as output:
            verdict = replace(self.launcher, output=output).run(choice, folder)
        if self.launcher.interruption.came:
            raise InterruptedSearchError
        after = self._look()
        if not (folder / FILE_NAME).is_file():
            reason = f"the load generator left no report: {folder / OUTPUT_NAME} says why"
            return Measured(_probe_without_report(step, folder, reason))
        report = read_report(folder)
        use = CpuUse.between(before, after, report)
        probe = _probe_of(step, report, folder, use.loaded_cores(idle) if use else None)
        if before.process != after.process or len(report.seconds.served) > 1:
            return Measured(_distrusted(probe, _changed(before, after, report)), None, report.facts.service)
        if verdict is not report.verdict:
            return Measured(_distrusted(probe, f"{folder / OUTPUT_NAME} says why"), None, report.facts.service)
        return Measured(probe, use, report.facts.service)

    def _conclude(self, measured: list[Measured], end: End, idle: float | None, started_at: datetime) -> Capacity:
        probes = tuple(one.probe for one in measured)
        bounds = bounds_of([probe.tried for probe in probes])
        uses = [one.use for one in measured if one.use is not None]
        cpu_s = cpu_s_per_request(uses, idle) if idle is not None else None
        services = [one.service for one in measured if one.service is not None] or [ServiceReport()]
        titles = tuple(one.objective.title for one in wanted_of(self.scenario))
        how_broken = Verdict.FAIL if bounds.broken else Verdict.INCONCLUSIVE
        return Capacity(
            scenario=self.scenario.name,
            model=self.scenario.model,
            model_version=services[-1].version,
            emulated_cpu_ms=services[-1].emulated_cpu_ms,
            target=without_password(self.launcher.host) + self.scenario.prediction_path,
            objectives=titles,
            confidence=self.scenario.confidence,
            resolution=self.limits.resolution,
            kept_rps=bounds.kept_rps,
            confirmed=bounds.confirmed,
            broken_rps=bounds.broken_rps,
            broken_verdict=how_broken if bounds.broken_rps is not None else None,
            ended=end,
            reason=sentence(self.scenario.model, titles, bounds, end, probes),
            cpu_ms_per_request=cpu_s * 1000 if cpu_s is not None else None,
            idle_cores=idle,
            limit_cores=self.limit_cores,
            cpu_source=SOURCE if idle is not None else "",
            probes=probes,
            measured_at=started_at,
            machine=this_machine(),
        )


def _probe_of(step: Next, report: RunReport, folder: Path, cores_used: float | None) -> Probe:
    stage = next(stage for stage in report.stages if stage.judged)
    latency = stage.latency_ms
    return Probe(
        rate_rps=step.rate_rps,
        confirms=step.confirms,
        verdict=report.verdict,
        reason=_why(report),
        due=stage.due,
        correct=stage.correct,
        p50_ms=latency.p50 if latency else None,
        p95_ms=latency.p95 if latency else None,
        p99_ms=latency.p99 if latency else None,
        cores_used=cores_used,
        folder=str(folder),
    )


def _why(report: RunReport) -> str:
    """The first objective that is the reason of a verdict, in few words; or else what the run says itself."""
    against = [one for one in report.objectives if one.verdict is report.verdict]
    if report.verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE) and against:
        return f"{against[0].objective}: {against[0].bad} of {against[0].due} bad"
    return report.reason.removeprefix(f"{STAGE}: ")


def _probe_without_report(step: Next, folder: Path, reason: str) -> Probe:
    return Probe(
        rate_rps=step.rate_rps,
        confirms=step.confirms,
        verdict=Verdict.INVALID,
        reason=reason,
        due=0,
        correct=0,
        p50_ms=None,
        p95_ms=None,
        p99_ms=None,
        cores_used=None,
        folder=str(folder),
    )


def _distrusted(probe: Probe, reason: str) -> Probe:
    return probe.model_copy(update={"verdict": Verdict.INVALID, "reason": reason, "cores_used": None})


def _changed(before: Look, after: Look, report: RunReport) -> str:
    """What became of the process that answered."""
    names = {before.process.served_by, *report.seconds.served, after.process.served_by} - {""}
    if len(names) > 1:
        return f"one after the other answered meanwhile: {', '.join(sorted(names))}"
    return "the service was restarted meanwhile"


def _several(host: str, processes: Set[Process]) -> NotOneReplicaError:
    names = ", ".join(sorted({process.served_by for process in processes}))
    return NotOneReplicaError(
        f"{len(processes)} replicas answer at {without_password(host)} ({names}), and capacity is that of one: "
        "leave one of them, on a cluster with `make deploy OVERLAY=single`"
    )
