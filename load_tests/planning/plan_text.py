"""The plan for a terminal; its last line is the plan in a sentence."""

from pathlib import Path
from typing import TextIO

from load_tests.planning.plan import Figure, Plan, StageNeed, Trial
from load_tests.report.tables import Table
from load_tests.report.terminal import console_on, rich_table


def show(plan: Plan, path: Path, stream: TextIO) -> None:
    """Write what it reckons with, what each stage needs, what an autoscaler would come to, and the plan."""
    console = console_on(stream)
    console.print(f"\nA plan for [bold]{plan.scenario}[/], from what one replica of {plan.model} was measured to take")
    for line in (_taken(plan), _pod(plan)):
        console.print(line, markup=False, soft_wrap=True)
    console.print(rich_table(stage_table(plan)))
    console.print(
        "An autoscaler that begins with so many replicas, simulated at all phases of its looks:", markup=False
    )
    console.print(rich_table(trial_table(plan), {"in time": "green", "too late": "red"}))
    console.print(
        f"May be bad: {plan.may_be_bad:g} requests. Without an autoscaler: {plan.fixed} replicas. With one: "
        f"minReplicas {plan.least}, maxReplicas {plan.most}, {plan.target_percent} % of the CPU requested.",
        markup=False,
        soft_wrap=True,
    )
    console.print(f"plan: {path}", markup=False, soft_wrap=True)
    console.print(plan.why, markup=False, soft_wrap=True)


def _taken(plan: Plan) -> str:
    basis = plan.basis
    emulated = f", {basis.emulated_cpu_ms:g} ms of it burnt on purpose" if basis.emulated_cpu_ms else ""
    return (
        f"one replica: {basis.kept_rps:g}/s, {basis.cpu_ms_per_request:.3g} ms of CPU a request{emulated}, "
        f"{1000 * basis.idle_cores:.0f}m idle"
    )


def _pod(plan: Plan) -> str:
    basis = plan.basis
    limit = f"limit {1000 * basis.limit_cores:.0f}m" if basis.limit_cores else "no limit"
    return (
        f"its pod: request {1000 * basis.requested_cores:.0f}m, {limit}, ready after {basis.start_s:g} s; the "
        f"autoscaler aims at {basis.target_percent} %, its metrics come every {basis.metrics_every_s:g} s"
    )


def stage_table(plan: Plan) -> Table:
    """One row a stage."""
    rows = tuple(_stage_row(stage) for stage in plan.stages)
    return Table(("stage", "offered", "replicas", ""), rows, frozenset({1, 2}))


def _stage_row(stage: StageNeed) -> tuple[str, ...]:
    remark = "" if stage.judged else "not judged" if stage.planned_for else "not judged, not planned for"
    return stage.stage, f"{stage.offered_rps:g}/s", str(stage.replicas), remark


def trial_table(plan: Plan) -> Table:
    """One row a number of replicas to begin with."""
    head = ("begins with", "first new one", "lost", "strained", "replica minutes", "")
    return Table(head, tuple(_trial_row(trial) for trial in plan.trials), frozenset(range(5)))


def _trial_row(trial: Trial) -> tuple[str, ...]:
    return (
        str(trial.least),
        _between(trial.first_new_replica_s, " s"),
        _between(trial.lost),
        _between(trial.strained),
        _between(trial.replica_minutes, digits=1),
        "in time" if trial.in_time else "too late",
    )


def _between(figure: Figure, unit: str = "", digits: int = 0) -> str:
    """`17–32 s`: from the least to the most."""
    if figure.least is None:
        return "–"
    least = f"{figure.least:.{digits}f}"
    most = "never" if figure.most is None else f"{figure.most:.{digits}f}"
    return f"{least}{unit}" if least == most else f"{least}–{most}{unit}"
