"""/docs works in a browser that reaches nothing but the service."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, Response, sync_playwright

from tests.chromium import ARGUMENTS, CHROMIUM, needs_chromium
from tests.conftest import RunningService, ServiceFactory

pytestmark = needs_chromium


@dataclass
class Visit:
    """A page and everything that happened on it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def service(running_service: ServiceFactory) -> RunningService:
    """Give the service as it is configured."""
    return running_service()


@pytest.fixture(scope="module")
def visit(service: RunningService) -> Iterator[Visit]:
    """Give the open documentation page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        visit = Visit(browser.new_page())
        visit.page.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on("console", lambda message: visit.failures.extend([message.text] * (message.type == "error")))
        visit.page.on("pageerror", lambda error: visit.failures.append(str(error)))
        visit.page.on("requestfailed", lambda request: visit.failures.append(request.url))
        visit.page.goto(service.url)
        visit.page.locator(".opblock").first.wait_for()
        yield visit
        browser.close()


def test_the_root_shows_every_operation(visit: Visit) -> None:
    assert visit.page.url.endswith("/docs")
    assert visit.page.title() == "Regression models"
    shown = set(visit.page.locator(".opblock-summary-path").all_inner_texts())
    paths = {path.replace("\u200b", "") for path in shown}
    assert {"/predict", "/api/models/insurance_charges_model/prediction", "/api/health/ready", "/metrics"} <= paths


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("predict_insurance_charges_model", "charges"),
        ("predict_taxi_fare_model", "price"),
        ("predict_taxi_fare_model_batch", "predictions"),
    ],
)
def test_try_it_out_answers_with_a_prediction(visit: Visit, operation: str, answer: str) -> None:
    block = visit.page.locator(f"[id$='-{operation}']")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()

    def is_prediction(response: Response) -> bool:
        return response.request.method == "POST"

    with visit.page.expect_response(is_prediction) as response:
        block.get_by_role("button", name="Execute").click()
    assert response.value.status == 200
    assert answer in json.loads(response.value.text())
    assert block.locator(".live-responses-table tbody .response-col_status").first.inner_text().startswith("200")


def test_no_request_leaves_the_machine_and_nothing_fails(visit: Visit, service: RunningService) -> None:
    assert [url for url in visit.requests if not url.startswith((f"{service.url}/", "data:"))] == []
    assert visit.failures == []


def test_the_page_names_no_other_host(visit: Visit, service: RunningService) -> None:
    html = visit.page.request.get(f"{service.url}/docs").text()
    assert "//" not in html.replace("<!--", "").replace("// ", "")


def test_the_favicon_is_served(visit: Visit, service: RunningService) -> None:
    icon = visit.page.request.get(f"{service.url}/docs/favicon.png")
    assert (icon.status, icon.headers["content-type"]) == (200, "image/png")
    assert icon.body().startswith(b"\x89PNG")
