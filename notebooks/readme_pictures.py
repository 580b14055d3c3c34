"""`python -m notebooks.readme_pictures`: record `make demo`, picture its report and an SLO tab, for the README.

It takes three minutes, on a machine that does nothing else, and needs Chromium.
"""

import argparse
import io
import os
import pty
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import FloatRect, Page, sync_playwright
from rich.console import Console
from rich.text import Text

from load_tests.demo import local_service
from load_tests.ports import free_port

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
TEXT = ROOT / "docs" / "results" / "demo.txt"
COLUMNS = 118
WIDTH_PX = 1120
READ_BYTES = 4096
PATIENCE_S = 60.0
INTO_THE_PEAK_S = 45
SVG_FONT = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)  # it would be fetched from elsewhere


def main() -> int:
    """Make all three."""
    printed = record(["make", "demo"])
    TEXT.write_text(Text.from_ansi(printed).plain.rstrip() + "\n", encoding="utf-8")
    (PICTURES / "demo.svg").write_text(terminal_svg(printed), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH_PX, "height": 1180})
        picture_report(page, ROOT / re.findall(r"^report: (\S+)", Text.from_ansi(printed).plain, re.MULTILINE)[0])
        picture_slo_tab(page)
        browser.close()
    return 0


def record(command: list[str]) -> str:
    """Run a command in a terminal, let it show, and return all that it wrote, colours and all."""
    chunks: list[bytes] = []

    def read(descriptor: int) -> bytes:
        chunks.append(os.read(descriptor, READ_BYTES))
        return chunks[-1]

    os.environ |= {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    pty.spawn(command, read)
    return b"".join(chunks).decode().replace("\r\n", "\n")


def terminal_svg(printed: str) -> str:
    """Return what a terminal showed of the first load test, and the last line, as a picture."""
    lines = printed.strip("\n").split("\n")
    verdict = next(number for number, line in enumerate(lines) if "(exit " in line)
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print("[bold]$ make demo[/]")
    console.print(Text.from_ansi("\n".join([*lines[: verdict + 1], "…", lines[-1]])), soft_wrap=True)
    return SVG_FONT.sub("", console.export_svg(title="loadproof"))


def picture_report(page: Page, path: Path) -> None:
    """Picture a report from its verdict to the end of its latency over time, with the axis of time."""
    page.goto(path.as_uri())
    latency = page.locator("section", has=page.get_by_role("heading", name="Latency over time", exact=True))
    box = latency.bounding_box()
    if box is None:
        raise LookupError(f"{path} shows no latency over time")
    clip: FloatRect = {"x": 0, "y": 0, "width": WIDTH_PX, "height": box["y"] + box["height"]}
    page.screenshot(path=PICTURES / "report.png", clip=clip, full_page=True)


def picture_slo_tab(page: Page) -> None:
    """Picture the SLO tab of Locust's web page in the middle of a run."""
    with local_service() as host:
        url = f"http://127.0.0.1:{(port := free_port())}"
        command = [sys.executable, "-m", "locust", "-f", "load_tests/locustfile.py", "--scenario", "staged"]
        options = ["--host", host, "--web-host", "127.0.0.1", "--web-port", str(port), "--autostart"]
        process = subprocess.Popen([*command, *options], cwd=ROOT, stderr=subprocess.DEVNULL)
        try:
            _wait_for(url)
            time.sleep(INTO_THE_PEAK_S)
            page.set_viewport_size({"width": 1280, "height": 720})
            page.goto(url)
            page.get_by_role("tab", name="SLO").click()
            page.wait_for_timeout(3000)
            page.screenshot(path=PICTURES / "slo_tab.png")
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _wait_for(url: str) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"nothing answers at {url}")


if __name__ == "__main__":
    argparse.ArgumentParser("python -m notebooks.readme_pictures", description=__doc__).parse_args()
    sys.exit(main())
