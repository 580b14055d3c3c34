"""A run and the record of its cluster put together: the report tells of both, and its verdict is on both."""

import math
import shutil
from collections.abc import Iterator
from pathlib import Path

from load_tests.cluster.effects import Traffic, effects_of
from load_tests.cluster.errors import ClusterError
from load_tests.cluster.judging import judge_scaling
from load_tests.cluster.report import ClusterReport
from load_tests.cluster.reporting import cluster_report_of
from load_tests.cluster.samples import FILE_NAME, ClusterRecord, read
from load_tests.judging.judgement import Verdict, worst
from load_tests.judging.verdict import Told, sentence
from load_tests.report.objective_report import ObjectiveReport
from load_tests.report.run_report import RunReport
from load_tests.specification.load_step import LoadStep, load_step_of
from load_tests.specification.scenario import CLUSTER, Scenario, parse
from load_tests.specification.timeline import timeline_of

LATER = "later"
"""Given in place of a record by whoever joins the run with one afterwards."""
UNJUDGED = "what is demanded of the cluster cannot be judged: "
NO_RECORD = (
    "nobody watches it. `make loadtest` does on a cluster; elsewhere start `python -m load_tests.cluster watch` before "
    "the load, and give --cluster-record the file that it writes"
)
NOT_JOINED = "the run is not joined with its record yet: python -m load_tests.cluster join"


def with_record(report: RunReport, given: str, folder: Path) -> RunReport:
    """The report with what a watcher has recorded by now, which is copied to the run's folder; `given` is its path."""
    if given in ("", LATER):
        return without_record(report, NOT_JOINED if given else NO_RECORD)
    try:
        record = read(Path(given))
        shutil.copyfile(given, folder / FILE_NAME)
    except (ClusterError, OSError) as error:
        return without_record(report, str(error))
    return joined(report, record)


def without_record(report: RunReport, why: str) -> RunReport:
    """The report of a run whose cluster is not known: INVALID if its scenario demands something of it."""
    if parse(report.scenario, report.scenario_text).scaling is None:
        return report
    return _concluded(report, (*_reasons(report), f"{UNJUDGED}{why}"))


def joined(report: RunReport, record: ClusterRecord) -> RunReport:
    """The report of a run with that of its cluster, judged by both; joining it again changes nothing."""
    scenario = parse(report.scenario, report.scenario_text)
    began_at = (report.facts.began_at or report.facts.started_at).timestamp()
    cluster = cluster_report_of(record, began_at, report.ended_after_s)
    if not cluster.at_s:
        return without_record(report, "its record does not cover the time of the run")
    step = load_step_of(scenario, timeline_of(scenario)) or LoadStep("", 0.0, report.ended_after_s, None)
    effects = effects_of(step, cluster, traffic_of(report))
    blind_s = cluster.blind_s(step.begins_s, report.ended_after_s)
    judged = judge_scaling(scenario.scaling, effects, blind_s) if scenario.scaling else iter(())
    rows = tuple(
        ObjectiveReport(
            where=CLUSTER, objective=one.objective, verdict=one.verdict, due=0, bad=0, evidence=one.evidence
        )
        for one in judged
    )
    whole = report.model_copy(update={"cluster": cluster, "effects": effects, "scaling": rows})
    left = _left_over(scenario, cluster, step)
    return _concluded(whole, (*_reasons(report), *([f"{UNJUDGED}{left}"] if left else [])))


def _left_over(scenario: Scenario, cluster: ClusterReport, step: LoadStep) -> str:
    """Why the cluster had nothing to grow from at the step, empty if it had, or if nothing of it is to grow."""
    left, scaler = cluster.left_at(step.begins_s), cluster.autoscaler
    if scenario.scaling is None or set(scenario.scaling.titles) <= {"lost"} or scaler is None or not left:
        return ""
    pods = "1 pod" if left == 1 else f"{left} pods"
    return (
        f"at the load step there still were {pods} from before the run beyond the {scaler.least} that the autoscaler "
        "keeps; wait until it has scaled down (make status), then begin"
    )


def _reasons(report: RunReport) -> Iterator[str]:
    """Why the run cannot be trusted, but for a record that was missing when it ended."""
    return (reason for reason in report.invalid_because if not reason.startswith(UNJUDGED))


def _concluded(report: RunReport, invalid: tuple[str, ...]) -> RunReport:
    """The verdict on everything that is judged."""
    verdict = Verdict.INVALID if invalid else worst(row.verdict for row in report.judged)
    told = [Told(row.where, row.objective, row.verdict, row.evidence) for row in report.judged]
    return report.model_copy(
        update={
            "verdict": verdict,
            "exit_code": verdict.exit_code,
            "invalid_because": invalid,
            "reason": sentence(verdict, invalid, told, report.confidence),
        }
    )


def traffic_of(report: RunReport) -> Traffic:
    """The seconds of a report as what came of a load step is read off them."""
    seconds = report.seconds
    late = seconds.late or (0,) * len(seconds.begins_s)
    bad = [sum(counts) for counts in zip(late, seconds.failed, seconds.dropped, strict=True)]
    whole = math.floor(report.ended_after_s / seconds.step_s)  # of the last step there is a part
    return Traffic(
        step_s=seconds.step_s,
        begins_s=seconds.begins_s[:whole],
        due=seconds.due[:whole],
        bad=bad[:whole],
        late=late[:whole],
        failed=seconds.failed,
        served={name: column[:whole] for name, column in seconds.served.items()},
    )
