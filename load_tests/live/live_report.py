"""The form in which a run is told of, while it goes on and after it, by the SLO tab and to scripts at `/slo`."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from load_tests.judging.judgement import Verdict
from load_tests.report.objective_report import ObjectiveReport
from load_tests.report.run_report import RunReport


class State(StrEnum):
    """Where in time a run or an objective is."""

    TO_COME = "to come"
    RUNNING = "running"
    OVER = "over"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LiveObjective(_Part):
    """One objective as it stands."""

    where: str = Field(description="The stage it is judged over, or `run`.")
    objective: str
    state: State
    due: int = Field(description="Requests that have ended, of those it is judged by.")
    bad: int
    verdict: Verdict | None = Field(description="What these alone would prove; null without a request.")
    evidence: str
    to_settle: int | None = Field(description="More requests that would settle it; null if none would, or time will.")
    to_come: int = Field(description="Requests still to be expected.")
    can_be_settled: bool = Field(description="Whether these are enough, if bad ones go on as often as so far.")


class LiveGenerators(_Part):
    """The processes that offer load, as of their last samples."""

    cpu_share: float = Field(description="Of the CPU it may use, of the busiest process.")
    latest_ms: float = Field(description="Longest delay from due to sent.")
    in_flight: int
    dropped: int = Field(description="Requests of judged stages that were never sent.")


class LiveReport(_Part):
    """A run as it stands; times are seconds since it began."""

    scenario: str
    state: State
    final: bool = Field(description="Whether this is the verdict of a run that is over, and no longer one so far.")
    verdict: Verdict | None = Field(description="On all objectives together; null before the first request.")
    reason: str = Field(description="Of a final verdict, in one sentence.")
    now_s: float
    ends_s: float
    stage: str = Field(description="The one that is run now; empty if none is.")
    due: int = Field(description="Requests of judged stages that have ended.")
    bad: int = Field(description="Those that were not answered correctly.")
    generators: LiveGenerators | None = Field(description="Null if no run is under way.")
    distrust: tuple[str, ...] = Field(description="Why the measurement cannot be trusted, as far as it is seen by now.")
    objectives: tuple[LiveObjective, ...]


def final_report(report: RunReport) -> LiveReport:
    """A run that is over, in the same form."""
    judged = [stage for stage in report.stages if stage.judged]
    due = sum(stage.due for stage in judged)
    return LiveReport(
        scenario=report.scenario,
        state=State.OVER,
        final=True,
        verdict=report.verdict,
        reason=report.reason,
        now_s=report.ended_after_s,
        ends_s=max(stage.ends_s for stage in report.stages),
        stage="",
        due=due,
        bad=due - sum(stage.correct for stage in judged),
        generators=None,
        distrust=report.invalid_because,
        objectives=tuple(_final_objective(row) for row in report.judged),
    )


def _final_objective(row: ObjectiveReport) -> LiveObjective:
    return LiveObjective(
        where=row.where,
        objective=row.objective,
        state=State.OVER,
        due=row.due,
        bad=row.bad,
        verdict=row.verdict,
        evidence=row.evidence,
        to_settle=None,
        to_come=0,
        can_be_settled=False,
    )
