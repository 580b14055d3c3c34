"""The page of a run is read on a phone, on a screen and on paper, in light and in dark, by a real browser."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from load_tests.report import page as report_page
from load_tests.report.charts.palette import Colour
from tests.chromium import ARGUMENTS, CHROMIUM, needs_chromium
from tests.load_tests.made_runs import MADE, made

pytestmark = needs_chromium
WIDTHS_PX = (360, 820, 1440)
SMALLEST_TEXT_PX = 9.0
HEIGHTS_OF_TEXT = """svg => [...svg.querySelectorAll("text")].map(text =>
    parseFloat(getComputedStyle(text).fontSize) * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)"""
BEYOND_THE_EDGE = """() => [...document.querySelectorAll("main *, header *")].filter(element =>
    !element.closest("svg") && element.getBoundingClientRect().right > innerWidth + 0.5
    ).map(element => element.outerHTML)"""


@dataclass
class Opened:
    """A page in the browser, and what went wrong on it."""

    name: str
    page: Page
    requests: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give one browser for all pages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=MADE)
def opened(
    browser: Browser, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    """Give the page of each run, opened from a file."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report_page.render(made(request.param)), encoding="utf-8")
    opened = Opened(request.param, browser.new_page())
    opened.page.on("request", lambda request: opened.requests.append(request.url))
    opened.page.on("console", lambda message: opened.failures.append(message.text))
    opened.page.on("requestfailed", lambda request: opened.failures.append(request.url))
    opened.page.goto(path.as_uri())
    yield opened
    opened.page.close()


def show(opened: Opened, width_px: int, scheme: str = "light", media: str = "screen") -> Page:
    opened.page.set_viewport_size({"width": width_px, "height": 800})
    opened.page.emulate_media(
        color_scheme="dark" if scheme == "dark" else "light", media="print" if media == "print" else "screen"
    )
    return opened.page


each_width = pytest.mark.parametrize("width_px", WIDTHS_PX)
each_scheme = pytest.mark.parametrize("scheme", ["light", "dark"])


def test_a_page_asks_for_nothing_and_nothing_fails(opened: Opened) -> None:
    assert [url for url in opened.requests if not url.startswith(("file://", "data:"))] == []
    assert len([url for url in opened.requests if url.startswith("file://")]) == 1
    assert opened.failures == []


@each_width
def test_nothing_is_wider_than_the_window(opened: Opened, width_px: int) -> None:
    page = show(opened, width_px)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width_px
    assert page.evaluate(BEYOND_THE_EDGE) == []


@each_width
def test_the_picture_that_fits_is_the_one_that_is_seen(opened: Opened, width_px: int) -> None:
    page = show(opened, width_px)
    seen, hidden = (".narrow", ".wide") if width_px < 760 else (".wide", ".narrow")
    assert page.locator(f"figure {seen} svg").count() >= 3
    assert all(one.is_visible() for one in page.locator(f"figure {seen} svg").all())
    assert not any(one.is_visible() for one in page.locator(f"figure {hidden} svg").all())


@pytest.mark.parametrize("width_px", [360, 759, 760, 1440])
def test_the_text_of_pictures_is_large_enough_to_be_read(opened: Opened, width_px: int) -> None:
    page = show(opened, width_px)
    heights_px = [
        height_px
        for picture in page.locator("figure svg").all()
        if picture.is_visible()
        for height_px in picture.evaluate(HEIGHTS_OF_TEXT)
    ]
    assert len(heights_px) > 10
    assert min(heights_px) >= SMALLEST_TEXT_PX


@each_scheme
def test_the_page_and_its_pictures_are_light_or_dark_as_the_reader_wishes(opened: Opened, scheme: str) -> None:
    page = show(opened, 1440, scheme)
    ink, ground = ((colour.dark if scheme == "dark" else colour.light) for colour in (Colour.INK, Colour.PAGE))
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == rgb(ground)
    label = page.locator("#rate .wide text", has_text="due").first
    assert label.evaluate("text => getComputedStyle(text).fill") == rgb(ink)


@each_scheme
def test_on_paper_everything_is_there_and_dark_on_light(opened: Opened, scheme: str) -> None:
    page = show(opened, 700, scheme, "print")
    for essential in ("h1", ".reason", ".glance", "table", "thead", "figure .wide svg", "pre", ".facts", "h2"):
        elements = page.locator(essential).all()
        assert elements
        assert all(element.is_visible() for element in elements), essential
    assert not any(one.is_visible() for one in page.locator("figure .narrow svg").all())
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == rgb(Colour.PAGE.light)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 700


@each_width
def test_the_verdict_is_seen_without_scrolling(opened: Opened, width_px: int) -> None:
    page = show(opened, width_px)
    for first in ("h1", ".reason"):
        box = page.locator(first).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 400
    assert page.locator("h1").inner_text().strip() == made(opened.name).verdict


def rgb(colour: str) -> str:
    """`rgb(255, 255, 255)` for `#ffffff`, as browsers tell colours."""
    return f"rgb({', '.join(str(int(colour[begin : begin + 2], 16)) for begin in (1, 3, 5))})"
