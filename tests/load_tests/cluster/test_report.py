"""A record becomes the report's: in seconds of the run, by whosever clock, with what was not seen."""

from load_tests.cluster.report import ClusterReport
from load_tests.cluster.reporting import cluster_report_of
from load_tests.cluster.samples import ClusterRecord
from tests.load_tests.made_cluster import ENDS_S, NEW, OLD, READY_S, record_of

BEGAN_AT = 1_767_323_045.0


def report_of(record: ClusterRecord) -> ClusterReport:
    return cluster_report_of(record, BEGAN_AT, ENDS_S)


def test_pods_are_told_from_the_oldest_on_in_seconds_of_the_run() -> None:
    report = report_of(record_of(BEGAN_AT))
    assert [(pod.name, pod.ready_s) for pod in report.pods] == [(OLD, -80.0), *((name, READY_S) for name in NEW)]
    assert [report.serving_at(at_s) for at_s in (0, READY_S - 1, READY_S)] == [1, 1, 4]
    assert (report.ready[0], report.ready[-1]) == (1, 4)
    assert (report.wanted[0], report.wanted[-1]) == (1, 4)


def test_a_cluster_whose_clock_is_ahead_tells_the_same() -> None:
    ahead = [
        sample.model_copy(
            update={"at": sample.at, "ahead_s": 40.0, "pods": later.pods},
        )
        for sample, later in zip(record_of(BEGAN_AT).samples, record_of(BEGAN_AT + 40.0).samples, strict=True)
    ]
    record = record_of(BEGAN_AT).model_copy(update={"samples": tuple(ahead)})
    assert [pod.ready_s for pod in report_of(record).pods] == [-80.0, READY_S, READY_S, READY_S]


def test_a_second_between_clocks_is_none() -> None:
    record = record_of(BEGAN_AT)
    near = tuple(sample.model_copy(update={"ahead_s": 0.9}) for sample in record.samples)
    assert report_of(record.model_copy(update={"samples": near})).pods[1].ready_s == READY_S


def test_throttling_is_the_share_since_the_counters_were_other_ones() -> None:
    old = report_of(record_of(BEGAN_AT)).pods[0]
    assert max(share for share in old.throttled if share is not None) > 0.4
    assert old.throttled[-1] == 0.0


def test_what_was_not_seen_is_named_with_the_reason() -> None:
    report = report_of(record_of(BEGAN_AT, hardly_seen=True))
    [span] = report.blind
    assert (span.begins_s, span.ends_s) == (40.0, 95.0)
    assert "timed out" in span.why
    assert report.blind_s(50, 80) == 30
    assert report.unreadable == ("CPU of pods: 404 the server could not find it",)
    assert [pod.ready_s for pod in report.pods][1:] == [READY_S] * 3, "when they were ready they say themselves"


def test_a_watcher_that_died_leaves_a_blind_end() -> None:
    record = record_of(BEGAN_AT)
    [span] = report_of(record.model_copy(update={"samples": record.samples[:20]})).blind
    assert (span.begins_s, span.ends_s, span.why) == (90.0, float(ENDS_S), "nothing was recorded")


def test_conditions_are_told_when_they_change() -> None:
    [condition] = report_of(record_of(BEGAN_AT)).conditions
    assert (condition.type, condition.status) == ("ScalingActive", "True")


def test_a_pod_that_nobody_saw_ending_was_there_until_it_was_not_seen() -> None:
    record = record_of(BEGAN_AT)
    gone = tuple(
        sample.model_copy(update={"pods": (sample.pods or ())[:1]}) if sample.at - BEGAN_AT >= 200 else sample
        for sample in record.samples
    )
    assert report_of(record.model_copy(update={"samples": gone})).pods[1].ending_s == 200.0
