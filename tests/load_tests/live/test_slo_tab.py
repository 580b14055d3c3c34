"""The SLO tab of Locust's web page, in a real browser, while a real run goes on."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from load_tests.live.live_report import LiveReport
from load_tests.ports import free_port
from load_tests.report.run_report import FILE_NAME, RunReport
from tests.chromium import ARGUMENTS, CHROMIUM, needs_chromium
from tests.conftest import ROOT, ServiceFactory

pytestmark = needs_chromium
DEADLINE_S = 180.0
LOOK_EVERY_MS = 200
SCENARIO = """
model: insurance_charges_model
load: {arrivals: uniform, warmup: 1s, settle: 500ms, timeout: 40s, invalid: 1/6, in_flight: 2000, seed: 5}
stages:
  - {name: first,  rate: 40/s, for: 12s}
  - {name: second, rate: 50/s, for: 10s}
slo: {p99: 30s, errors: {limit: 1%, scope: run}}
"""
"""Long enough for a page that asks every two seconds, and patient with a machine that stands still meanwhile."""
Row = tuple[str, ...]
"""Stage, objective, verdict, requests, bad, what it rests on, state."""


@dataclass(frozen=True)
class LocustPage:
    """Locust with its web page."""

    url: str
    folder: Path
    """Where the report of its run will be."""

    def ask(self, path: str, **headers: str) -> str:
        """The answer to a GET."""
        with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=headers)) as answer:  # noqa: S310
            return str(answer.read().decode())

    def report(self) -> LiveReport:
        """What it tells scripts."""
        return LiveReport.model_validate_json(self.ask("/slo"))


StartLocust = Callable[..., LocustPage]


@pytest.fixture(scope="module")
def start_locust(running_service: ServiceFactory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartLocust]:
    """Start Locust with its web page and options of the test, on a service that runs; ended after the tests."""
    started: list[subprocess.Popen[bytes]] = []
    service = running_service(SERVICE_MAX_WAIT_MS="25000")

    def start(*options: str, base_path: str = "", extra: str = "") -> LocustPage:
        folder = tmp_path_factory.mktemp("locust")
        (folder / "quick.yaml").write_text(SCENARIO, encoding="utf-8")
        port = free_port()
        command = [sys.executable, "-m", "locust", "-f", f"{ROOT / 'load_tests' / 'locustfile.py'}{extra}"]
        command += ["--host", service.url, "--web-host", "127.0.0.1", "--web-port", str(port)]
        command += ["--scenario", str(folder / "quick.yaml"), "--report-folder", str(folder / "report")]
        if base_path:
            command += ["--web-base-path", base_path]
        with (folder / "locust.log").open("wb") as log:
            started.append(subprocess.Popen([*command, *options], cwd=folder, stdout=log, stderr=log))
        page = LocustPage(f"http://127.0.0.1:{port}{base_path}", folder / "report")
        wait_until_there(page)
        return page

    yield start
    for process in started:
        process.terminate()
        process.wait(DEADLINE_S)


def wait_until_there(page: LocustPage) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while True:
        try:
            page.ask("/")
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


def wait_for_workers(page: LocustPage, count: int) -> None:
    """Without one Locust refuses to start, and a run shall have all of them."""
    deadline = time.monotonic() + DEADLINE_S
    while len(json.loads(page.ask("/stats/requests"))["workers"]) < count:
        assert time.monotonic() < deadline
        time.sleep(0.1)


@dataclass
class Visit:
    """What somebody sees who starts a run on the page, and then only looks."""

    locust: LocustPage
    looks: list[list[Row]] = field(default_factory=list)
    """The rows of the tab, whenever they changed."""
    before: LiveReport | None = None
    reloaded: bool = False
    failures: list[str] = field(default_factory=list)

    def column(self, stage: str, number: int) -> list[str]:
        """One cell of the first row of a stage, look by look."""
        return [next((row[number] for row in rows if row[0] == stage), "") for rows in self.looks]


@pytest.fixture(scope="module")
def visit(start_locust: StartLocust) -> Iterator[Visit]:
    """A run over two processes that was started on the page and watched to its end."""
    port = str(free_port())
    visit = Visit(start_locust("--processes", "2", "--master-bind-port", port, "--master-port", port))
    wait_for_workers(visit.locust, 2)
    visit.before = visit.locust.report()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(1000 * DEADLINE_S)
        page.on("pageerror", lambda error: visit.failures.append(str(error)))
        page.goto(visit.locust.url, wait_until="networkidle")
        page.evaluate("window.notReloaded = true")
        page.get_by_role("button", name="Start").click()
        page.get_by_role("tab", name="SLO").click()
        watch(page, visit)
        visit.reloaded = not page.evaluate("window.notReloaded === true")
        yield visit
        browser.close()


def watch(page: Page, visit: Visit) -> None:
    """Look at the tab again and again, until it says that its verdict is final."""
    deadline = time.monotonic() + DEADLINE_S
    while not (visit.looks and visit.looks[-1] and visit.looks[-1][0][-1] == "final"):
        assert time.monotonic() < deadline, visit.looks[-1:]
        # In one go: a locator finds the rows first and reads them after, and some may be gone by then.
        texts = page.evaluate("Array.from(document.querySelectorAll('tbody tr'), row => row.innerText)")
        rows = [tuple(text.replace("\xa0", " ").split("\t")) for text in texts]
        if rows not in visit.looks[-1:]:
            visit.looks.append(rows)
        page.wait_for_timeout(LOOK_EVERY_MS)


def test_before_the_run_scripts_are_told_what_it_will_be_judged_by(visit: Visit) -> None:
    assert visit.before is not None
    assert (visit.before.state, visit.before.verdict) == ("to come", None)
    assert [(row.where, row.objective) for row in visit.before.objectives] == [
        ("first", "p99 ≤ 30 s"),
        ("second", "p99 ≤ 30 s"),
        ("run", "errors ≤ 1 %"),
    ]


def test_the_counts_grow_while_one_looks_and_the_page_is_not_reloaded(visit: Visit) -> None:
    counts = [int(count) for count in visit.column("quick", 3) if count]
    assert counts == sorted(counts)
    assert len(set(counts)) >= 4
    assert not visit.reloaded
    assert visit.failures == []


def test_stages_come_run_and_are_over_one_after_the_other(visit: Visit) -> None:
    for stage, states in (("first", ["running", "over"]), ("second", ["to come", "running", "over"])):
        seen = [state for state in dict.fromkeys(visit.column(stage, 6)) if state]
        assert seen in (states, ["to come", *states])


def test_a_running_stage_says_how_many_more_requests_would_settle_it_and_whether_they_come(visit: Visit) -> None:
    said = [said for stage in ("first", "second", "run") for said in visit.column(stage, 5)]
    assert any("more requests would settle it, about" in each for each in said), said
    assert any("requests will be needed, about" in each for each in said), said


def test_verdicts_appear_as_they_are_proven_and_are_said_to_be_so_far(visit: Visit) -> None:
    assert {"INCONCLUSIVE", "PASS so far", "PASS"} <= set(visit.column("run", 2))
    assert visit.column("second", 2)[0] == ""


def test_at_the_end_the_tab_shows_the_verdict_of_the_report(visit: Visit) -> None:
    report = RunReport.model_validate_json((visit.locust.folder / FILE_NAME).read_bytes())
    whole, *rows = visit.looks[-1]
    assert (whole[2], whole[5], whole[6]) == (report.verdict, report.reason, "final")
    assert [row[:6] for row in rows] == [
        (row.where, row.objective, row.verdict, str(row.due), str(row.bad), row.evidence) for row in report.objectives
    ]
    told = visit.locust.report()
    assert (told.final, told.verdict, told.reason) == (True, report.verdict, report.reason)


def test_the_tab_and_its_data_are_behind_the_login_and_below_the_base_path(start_locust: StartLocust) -> None:
    locustfile = Path(__file__).with_name("login_locustfile.py")
    page = start_locust("--web-login", base_path="/load", extra=f",{locustfile}")
    for path in ("/slo", "/stats/requests"):
        assert "p99" not in page.ask(path), path
        assert "p99" in page.ask(path, Authorization="Bearer of the word"), path
