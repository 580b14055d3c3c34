"""The page of a run says what the run says, needs nothing but itself, and is well formed whatever the run was like."""

import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser

import pytest

from load_tests.report import page
from load_tests.report.charts.palette import Colour
from load_tests.report.tables import objective_table
from tests.load_tests.made_runs import FACTS, MADE, Service, made, made_run

VOID = {"meta", "link", "br", "path", "circle", "use"}
MOST_BYTES = 400_000
HOSTILE = "<script>alert('&\"')</script>"


class Checker(HTMLParser):
    """Reads a page, and notes what a browser would forgive."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.problems: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.problems += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        self.ids.update(value or "" for name, value in attrs if name == "id")
        if len(dict(attrs)) < len(attrs):
            self.problems.append(f"<{tag}> has an attribute twice")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data.strip())


@cache
def drawn(name: str) -> str:
    return page.render(made(name))


def words(text: str) -> str:
    return " ".join(filter(None, Checker(text).words))


def svgs(text: str) -> list[str]:
    return re.findall(r"<svg viewBox.*?</svg>", text, re.DOTALL)


each_run = pytest.mark.parametrize("name", MADE)
each_verdict = pytest.mark.parametrize("verdict", ["PASS", "FAIL", "INCONCLUSIVE", "INVALID"])


@each_run
def test_every_page_is_well_formed_and_names_nothing_twice(name: str) -> None:
    checker = Checker(drawn(name))
    assert checker.problems == []
    assert [identity for identity, times in checker.ids.items() if times > 1] == []
    assert set(re.findall(r'(?:url\(|href=")#([^)"]+)', drawn(name))) <= set(checker.ids)
    assert drawn(name).lstrip().startswith("<!DOCTYPE html>")


@each_run
def test_every_page_loads_nothing_and_runs_nothing(name: str) -> None:
    text = drawn(name)
    assert not Checker(text).seen.keys() & {"script", "img", "iframe", "object", "embed", "video", "audio"}
    assert re.findall(r"""(?:src|href|xlink:href)=["'](?!#|data:,)[^"']*""", text) == []
    assert re.findall(r"url\((?!#)|@import|\son\w+=", text) == []
    assert set(re.findall(r"\w+://[^/\s<]*", text)) <= {"http://127.0.0.1:8000"}, "but for the target, which is text"


@each_run
def test_every_page_is_small_enough_to_be_mailed(name: str) -> None:
    assert len(drawn(name).encode()) < MOST_BYTES


@each_verdict
def test_the_verdict_and_its_reason_come_first(verdict: str) -> None:
    report = made(verdict)
    said = words(drawn(verdict))
    assert f"<title>{verdict} · day · loadproof</title>" in drawn(verdict)
    begin = said.index(f"{verdict} {report.reason[0].upper()}{report.reason[1:]}.")
    assert begin < said.index("Objectives") < said.index("Latency over time") < said.index("Stages")


@each_verdict
def test_the_page_holds_all_that_the_run_came_to(verdict: str) -> None:
    report = made(verdict)
    said = words(drawn(verdict))
    for row in objective_table(report).rows:
        assert " ".join(filter(None, row)) in said
    for stage in report.stages:
        assert f"{stage.name}{'' if stage.judged else ' (not judged)'} {stage.offered_rps:g}/s {stage.due}" in said
    for fact in (report.facts.target, "insurance_charges_model 1.4.0", report.facts.command, "locust 2.47.0"):
        assert fact in said
    assert "- {name: recovery, rate: 40/s,  for: 14s, slo: {p99: 250ms}}" in said


def test_every_reason_for_distrust_is_told_with_what_to_change() -> None:
    report = made("INVALID")
    assert len(report.invalid_because) > 1
    for reason in report.invalid_because:
        assert f"<li>{reason}</li>" in drawn("INVALID")
    assert "Why this cannot be trusted" not in drawn("FAIL")


@pytest.mark.parametrize(
    ("name", "seen"), [("PASS", "None over the whole run"), ("no correct answer", "ConnectionRefusedError")]
)
def test_failures_are_told_by_what_was_seen(name: str, seen: str) -> None:
    assert seen in words(drawn(name))


def test_a_cpu_that_was_emulated_is_told_beside_the_objectives() -> None:
    heavy = made_run(
        facts=FACTS.model_copy(update={"service": FACTS.service.model_copy(update={"emulated_cpu_ms": 20})})
    )
    assert "burns 20 ms of CPU at each prediction on purpose" in words(page.render(heavy))


def test_what_others_wrote_is_text_and_nothing_else() -> None:
    report = made("INVALID")
    hostile = report.model_copy(
        update={
            "scenario": HOSTILE,
            "reason": HOSTILE,
            "invalid_because": (HOSTILE,),
            "failures": {HOSTILE: 1},
            "scenario_text": HOSTILE,
            "stages": tuple(stage.model_copy(update={"name": HOSTILE}) for stage in report.stages),
            "objectives": tuple(row.model_copy(update={"evidence": HOSTILE}) for row in report.objectives),
            "facts": FACTS.model_copy(update={"command": HOSTILE, "target": HOSTILE}),
        }
    )
    text = page.render(hostile)
    assert "<script" not in text
    assert Checker(text).problems == []
    assert words(text).count(HOSTILE) > 12


@each_run
def test_every_picture_is_there_in_two_shapes_and_told_in_words(name: str) -> None:
    pictures = svgs(drawn(name))
    wanted = 6 if name == "stopped before it began" else 10 if "cluster" in name else 8
    assert len(pictures) == wanted
    for picture in pictures:
        assert re.match(r'<svg viewBox="0 0 (960|400) \d+" role="img" aria-labelledby="(\S+)-title \2-text">', picture)
        assert re.search(r'<title id="\S+-title">[^<]+</title><desc id="\S+-text">[^<]{30,}</desc>', picture)


@each_run
def test_pictures_have_no_colour_and_no_font_but_those_of_the_page(name: str) -> None:
    for picture in svgs(drawn(name)):
        tags = " ".join(re.findall(r"<[^>]*>", picture))
        assert re.findall(r"#[0-9a-f]{6}\b|rgb\(|font-family", tags) == []
        assert set(re.findall(r"var\((--[\w-]+)\)", tags)) <= {colour.variable for colour in Colour}


def test_no_two_colours_of_the_pictures_are_one() -> None:
    assert len({colour.light for colour in Colour}) == len(Colour)


@each_verdict
def test_the_same_run_gives_the_same_page(verdict: str) -> None:
    assert page.render(made(verdict)) == drawn(verdict)


def test_stages_and_thresholds_stand_in_the_picture_of_latencies() -> None:
    wide = svgs(drawn("FAIL"))[0]
    written = re.findall(r"<text[^>]*>([^<]+)</text>", wide)
    assert {"normal", "peak", "spike", "recovery", "p99 ≤ 100 ms", "p99 ≤ 250 ms", "p50", "requests failed"} <= set(
        written
    )


def test_a_run_whose_scenario_cannot_be_read_any_more_is_drawn_without_thresholds() -> None:
    text = page.render(made("PASS").model_copy(update={"scenario_text": "load: {of: old}"}))
    assert "p99 ≤ 100 ms" not in svgs(text)[0]


def test_a_failure_that_is_no_latency_is_seen_in_the_picture_of_latencies() -> None:
    assert "requests failed" in svgs(page.render(made_run(service=Service(wrong=0.3))))[0]
    assert "requests failed" not in svgs(drawn("PASS"))[0]


def luminance(colour: str) -> float:
    """Of `#rrggbb`, as the Web Content Accessibility Guidelines define it."""
    parts = (int(colour[begin : begin + 2], 16) / 255 for begin in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", ["INK", "MUTED", "THRESHOLD", "PASS", "FAIL", "INCONCLUSIVE", "INVALID"])
def test_text_stands_out_from_the_page_in_light_and_in_dark(name: str) -> None:
    colour = Colour[name]
    for ground in (Colour.PAGE, Colour.BAND):
        assert contrast(colour.light, ground.light) >= 4.5
        assert contrast(colour.dark, ground.dark) >= 4.5


@pytest.mark.parametrize(
    "name", ["P99", "P95", "CORRECT", "FAILED", "DROPPED", "OFFERED", *(f"SERIES_{n}" for n in range(1, 7))]
)
def test_lines_stand_out_from_the_page_in_light_and_in_dark(name: str) -> None:
    colour = Colour[name]
    assert contrast(colour.light, Colour.PAGE.light) >= 3
    assert contrast(colour.dark, Colour.PAGE.dark) >= 3
