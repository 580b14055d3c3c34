"""The report as JUnit XML, for the test tab of GitLab, Jenkins and GitHub: a test case an objective."""

import re
from collections.abc import Iterator

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from load_tests.judging.judgement import Verdict
from load_tests.report.cluster_text import cluster_notes
from load_tests.report.objective_report import ObjectiveReport
from load_tests.report.run_report import RunReport
from load_tests.report.tables import remarks

TRUST = "the measurement can be trusted"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: RunReport) -> bytes:
    """The whole report.

    Only what is proven kept is green: what is not proven is a failure of type INCONCLUSIVE, and of a measurement that
    cannot be trusted no objective is judged at all.
    """
    suite = TestSuite(_text(f"loadproof {report.scenario}"))
    suite.timestamp = f"{report.facts.started_at:%Y-%m-%dT%H:%M:%S}"
    for name, value in _properties(report):
        suite.add_property(name, _text(value))
    suite.add_testcases([_trust_case(report), *(_objective_case(report, objective) for objective in report.judged)])
    xml = JUnitXml("loadproof")
    xml.add_testsuite(suite)
    xml.update_statistics()
    suite.time = xml.time = round(report.ended_after_s, 3)  # objectives are judged over the same time
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + bytes(xml.tostring()) + b"\n"


def _properties(report: RunReport) -> Iterator[tuple[str, str]]:
    yield "verdict", report.verdict.value
    yield "reason", report.reason
    yield "target", report.facts.target
    yield "model", report.model
    yield "model version", report.facts.service.version
    yield "emulated CPU ms", f"{report.facts.service.emulated_cpu_ms:g}"
    yield "command", report.facts.command
    for name, version in report.facts.versions.items():
        yield f"version of {name}", version


def _trust_case(report: RunReport) -> TestCase:
    case = TestCase(TRUST, classname=_text(f"{report.scenario}.run"), time=0.0)
    if told := "\n".join((*cluster_notes(report), *remarks(report))):
        case.system_out = _text(told)
    if report.verdict is Verdict.INVALID:
        error = Error(_text(report.reason), Verdict.INVALID.value)
        error.text = _text("\n".join(report.invalid_because))
        case.result = [error]
    return case


def _objective_case(report: RunReport, objective: ObjectiveReport) -> TestCase:
    case = TestCase(
        _text(objective.objective),
        classname=_text(f"{report.scenario}.{objective.where}"),
        time=round(objective.measured_s, 3),
    )
    seen = _text(objective.evidence)
    if report.verdict is Verdict.INVALID:
        case.result = [Skipped(f"the measurement cannot be trusted; it would have been {objective.verdict}: {seen}")]
    elif objective.verdict is not Verdict.PASS:
        case.result = [Failure(seen, objective.verdict.value)]
    else:
        case.system_out = seen
    return case


def _text(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
