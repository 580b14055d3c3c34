"""The JUnit file is what CI expects, and only what is proven kept is green in it."""

import io
import xml.etree.ElementTree as ET

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestSuite

from load_tests.report import junit
from load_tests.report.run_report import RunReport
from tests.load_tests.made_runs import MADE, made, made_run

STRUCTURE = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": {"error", "failure", "skipped", "system-out"},
}


def suite_of(report: RunReport) -> TestSuite:
    [suite] = JUnitXml.fromstring(junit.render(report))
    assert isinstance(suite, TestSuite)
    return suite


def results_of(report: RunReport) -> dict[str, list[str]]:
    """The kinds of result of each test case, by the stage and the objective."""
    return {
        f"{case.classname} {case.name}": [type(result).__name__ for result in case.result] for case in suite_of(report)
    }


def test_a_kept_objective_is_a_test_that_passed() -> None:
    assert results_of(made("PASS")) == {
        "day.run the measurement can be trusted": [],
        "day.normal p99 ≤ 100 ms": [],
        "day.peak p99 ≤ 100 ms": [],
        "day.recovery p99 ≤ 250 ms": [],
        "day.run errors ≤ 1 %": [],
    }


def test_a_broken_objective_is_a_test_that_failed_and_says_why() -> None:
    cases = {f"{case.classname} {case.name}": case for case in suite_of(made("FAIL"))}
    [failure] = cases["day.peak p99 ≤ 100 ms"].result
    assert (type(failure), failure.type) == (Failure, "FAIL")
    assert failure.message == made("FAIL").objectives[1].evidence
    assert cases["day.normal p99 ≤ 100 ms"].result == []


def test_an_unproven_objective_is_not_green() -> None:
    unproven = [case.result for case in suite_of(made("INCONCLUSIVE")) if case.result]
    assert unproven
    for [result] in unproven:
        assert (type(result), result.type) == (Failure, "INCONCLUSIVE")
        assert "more requests would settle it" in str(result.message)


def test_a_measurement_that_cannot_be_trusted_is_an_error_and_judges_nothing() -> None:
    trust, *objectives = suite_of(made("INVALID"))
    [error] = trust.result
    assert (type(error), error.type) == (Error, "INVALID")
    assert str(error.text).split("\n") == list(made("INVALID").invalid_because)
    assert [type(result) for case in objectives for result in case.result] == [Skipped] * len(objectives)


@pytest.mark.parametrize(
    ("verdict", "tests", "failures", "errors", "skipped"),
    [("PASS", 5, 0, 0, 0), ("FAIL", 5, 1, 0, 0), ("INVALID", 5, 0, 1, 4)],
)
def test_the_counts_of_the_suite_are_those_of_its_cases(
    verdict: str, tests: int, failures: int, errors: int, skipped: int
) -> None:
    suite = suite_of(made(verdict))
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (tests, failures, errors, skipped)


def test_the_suite_says_what_was_run_and_when() -> None:
    suite = suite_of(made("PASS"))
    properties = {one.name: one.value for one in suite.properties()}
    assert (suite.name, suite.timestamp, suite.time) == ("loadproof day", "2026-01-02T03:04:00", 48.0)
    assert properties["verdict"] == "PASS"
    assert properties["target"] == made("PASS").facts.target
    assert properties["model version"] == "1.4.0"
    assert properties["version of locust"] == "2.47.0"


@pytest.mark.parametrize("name", MADE)
def test_the_file_holds_nothing_but_what_readers_of_junit_know(name: str) -> None:
    root = ET.parse(io.BytesIO(junit.render(made(name)))).getroot()  # noqa: S314 (our own)
    assert root.tag == "testsuites"
    for element in root.iter():
        assert {child.tag for child in element} <= STRUCTURE.get(element.tag, set()), element.tag
    for case in root.iter("testcase"):
        assert {"name", "classname", "time"} <= set(case.keys())
    for suite in root.iter("testsuite"):
        assert {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"} <= set(suite.keys())


def test_what_xml_cannot_hold_is_replaced() -> None:
    report = made_run(ended_s=0.0)
    hostile = report.model_copy(update={"reason": "<b>\x00\x1b[31m&", "failures": {"\ud800\x08]]>": 3}})
    suite = suite_of(hostile)
    assert {one.name: one.value for one in suite.properties()}["reason"] == "<b>��[31m&"
    assert "��]]>" in str(next(iter(suite)).system_out)
