"""A run and its cluster have one verdict: without a record there is none, and joining twice changes nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from load_tests.cluster.__main__ import main
from load_tests.cluster.joining import LATER, joined, with_record, without_record
from load_tests.cluster.samples import FILE_NAME, Header, Writer
from load_tests.judging.judgement import Verdict
from load_tests.report import junit, markdown
from load_tests.report.objective_report import ObjectiveReport
from load_tests.report.run_report import RunReport
from tests.load_tests.made_cluster import READY_S, pods_at, record_of
from tests.load_tests.made_runs import DAY, FACTS, QUICK, STEP, Service, grown, made_run

BEGAN_AT = FACTS.started_at.timestamp()


def row(report: RunReport, title: str) -> ObjectiveReport:
    return next(row for row in report.scaling if row.objective.startswith(title))


def test_a_cluster_that_grew_in_time_passes() -> None:
    report = grown()
    assert report.verdict is Verdict.PASS
    assert [row.verdict for row in report.scaling] == [Verdict.PASS] * 5
    assert report.effects is not None
    assert report.effects.first_new_pod_s == 25.0


@pytest.mark.parametrize(
    ("written", "demanded", "broken", "evidence"),
    [
        ("4 pods", "5 pods", "at least 5 pods ready", "at most 4 were ready"),
        ("first_new_pod: 60s", "first_new_pod: 24s", "first new pod ≤ 24 s", "ready after 25 s"),
    ],
)
def test_what_is_not_kept_fails_the_run(written: str, demanded: str, broken: str, evidence: str) -> None:
    report = joined(made_run(STEP.replace(written, demanded), facts=FACTS), record_of(BEGAN_AT))
    assert report.verdict is Verdict.FAIL
    assert report.exit_code == 1
    assert report.reason.startswith(f"cluster: {broken} is broken")
    assert evidence in row(report, broken).evidence


def test_lost_requests_fail_the_run() -> None:
    report = joined(made_run(STEP, Service(wrong=0.001)), record_of(BEGAN_AT))
    assert row(report, "requests lost").verdict is Verdict.FAIL
    assert report.verdict is Verdict.FAIL


def test_a_new_pod_without_a_share_fails_the_run() -> None:
    report = joined(made_run(STEP, server_at=lambda _due_s, _rng: "model-service-5d8f6c7b9-old01"), record_of(BEGAN_AT))
    assert row(report, "each new pod").verdict is Verdict.FAIL
    assert "0 % to 0 %" in row(report, "each new pod").evidence


def begun_with_pods_left(scenario: str) -> RunReport:
    """A run at whose beginning all four pods were ready already."""
    record = record_of(BEGAN_AT)
    left = tuple(replace(pod, ready_at=BEGAN_AT - 20) for pod in pods_at(READY_S, BEGAN_AT))
    samples = tuple(sample.model_copy(update={"pods": left}) for sample in record.samples)
    return joined(made_run(scenario), record.model_copy(update={"samples": samples}))


def test_a_run_that_began_with_pods_left_of_another_proves_no_growth() -> None:
    report = begun_with_pods_left(STEP)
    assert (report.verdict, report.exit_code) == (Verdict.INVALID, 4)
    assert "there still were 3 pods from before the run beyond the 1 that the autoscaler keeps" in report.reason
    assert joined(report, record_of(BEGAN_AT)).invalid_because == (), "joined with another record"


def test_where_nothing_is_to_grow_pods_from_before_do_no_harm() -> None:
    written = STEP.partition("scaling:")[0]
    assert begun_with_pods_left(f"{written}scaling: {{lost: 0 requests}}\n").verdict is Verdict.PASS


def test_what_may_have_happened_unseen_is_not_called_broken() -> None:
    record = record_of(BEGAN_AT, hardly_seen=True)
    report = joined(made_run(STEP.replace("4 pods", "5 pods")), record)
    assert row(report, "at least 5").verdict is Verdict.INCONCLUSIVE
    assert "the cluster was not seen" in row(report, "at least 5").evidence
    assert row(report, "first new pod").verdict is Verdict.PASS, "what was seen is proven"


@pytest.mark.parametrize("given", ["", LATER, "no/such/file"])
def test_without_a_record_a_run_that_demands_something_of_its_cluster_is_invalid(given: str, tmp_path: Path) -> None:
    report = with_record(made_run(STEP), given, tmp_path)
    assert (report.verdict, report.exit_code) == (Verdict.INVALID, 4)
    assert report.reason.startswith("what is demanded of the cluster cannot be judged")


def test_a_record_of_another_time_is_none() -> None:
    assert joined(made_run(STEP), record_of(BEGAN_AT - 7200)).verdict is Verdict.INVALID


@pytest.mark.parametrize("given", ["", LATER, "no/such/file"])
def test_without_demands_a_run_needs_no_record(given: str, tmp_path: Path) -> None:
    assert with_record(made_run(DAY), given, tmp_path) == made_run(DAY)


def test_a_run_that_was_waiting_for_its_record_is_judged_when_it_comes() -> None:
    waiting = without_record(grown(), "it comes later")
    assert waiting.verdict is Verdict.INVALID
    assert joined(waiting, record_of(BEGAN_AT)) == grown()


def test_a_run_that_cannot_be_trusted_stays_so() -> None:
    report = joined(made_run(STEP, QUICK, busy=0.99), record_of(BEGAN_AT))
    assert report.verdict is Verdict.INVALID
    assert report.scaling[0].verdict is Verdict.PASS


def test_the_record_of_a_watcher_is_read_and_kept_in_the_folder_of_the_run(tmp_path: Path) -> None:
    record = record_of(BEGAN_AT)
    (folder := tmp_path / "report").mkdir()
    writer = Writer(tmp_path / "elsewhere.jsonl", Header.model_validate(record.header.model_dump()))
    for sample in record.samples:
        writer.add(sample)
    writer.close()
    facts = FACTS.model_copy(update={"began_at": FACTS.started_at})
    assert with_record(grown_alone(facts), str(tmp_path / "elsewhere.jsonl"), folder) == grown()
    assert (folder / FILE_NAME).stat().st_size < 20_000


def grown_alone(facts: object) -> RunReport:
    """The same run, of whose cluster nothing is known."""
    return without_record(grown(), "nobody watched it").model_copy(
        update={"cluster": None, "effects": None, "scaling": (), "facts": facts}
    )


def test_every_report_tells_of_the_cluster() -> None:
    report = grown(hardly_seen=True)
    text, xml = markdown.render(report), junit.render(report).decode()
    for told in ("first new pod was ready after 25 s", "Nothing was seen of the cluster from 40 s to 95 s"):
        assert told in text
    assert 'name="at least 4 pods ready" classname="step.cluster"' in xml


def test_the_command_judges_a_run_by_a_record_from_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without_record(grown(), "it comes later").write(tmp_path)
    writer = Writer(tmp_path / "elsewhere.jsonl", record_of(BEGAN_AT).header)
    for sample in record_of(BEGAN_AT).samples:
        writer.add(sample)
    writer.close()
    assert main(["join", str(tmp_path), "--record", str(tmp_path / "elsewhere.jsonl")]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("PASS (exit 0)")
    assert (tmp_path / "report.html").is_file()
    assert main(["join", str(tmp_path)]) == 0, "a second time by the record that is kept beside it"


def test_a_run_without_a_record_cannot_be_joined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made_run(STEP).write(tmp_path)
    assert main(["join", str(tmp_path)]) == 2
    assert "cluster.jsonl cannot be read: No such file or directory" in capsys.readouterr().err
