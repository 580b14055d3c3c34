"""The parts of the README's pictures that need no run of the demo: a recorded terminal, and what is shown of it."""

import re
import sys

import pytest

from notebooks.readme_pictures import COLUMNS, record, terminal_svg

RED_VERDICT = "\x1b[1;31mFAIL\x1b[0m (exit 1): the first"
PRINTED = "\n".join(
    ["starting", RED_VERDICT, "the second load test", "PASS (exit 0): the second", "FAIL (exit 1): both"]
)


def shown_in(svg: str) -> str:
    return re.sub(r"<[^>]*>", " ", svg).replace("&#160;", " ")


def test_a_command_is_recorded_as_a_terminal_shows_it(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("COLUMNS", "TERM"):
        monkeypatch.setenv(name, "of the person who runs it")
    code = "import os, sys; print(sys.stdout.isatty(), os.environ['COLUMNS']); print('\\x1b[1mbold\\x1b[0m')"
    printed = record([sys.executable, "-c", code])
    assert printed == f"True {COLUMNS}\n\x1b[1mbold\x1b[0m\n"
    assert "bold" in capfd.readouterr().out, "and whoever waits for it sees it"


def test_the_picture_shows_the_first_load_test_and_the_last_line() -> None:
    shown = shown_in(terminal_svg(PRINTED))
    places = [shown.index(text) for text in ("$ make demo", "starting", "the first", "…", "both")]
    assert places == sorted(places)
    assert "the second" not in shown


def test_the_picture_keeps_colours_and_fetches_nothing() -> None:
    svg = terminal_svg(PRINTED)
    assert "\x1b" not in svg
    assert len(set(re.findall(r"fill: (#[0-9a-f]{6})", svg))) > len(
        set(re.findall(r"fill: (#[0-9a-f]{6})", terminal_svg(PRINTED.replace("\x1b[1;31m", ""))))
    )
    assert not re.search(r"@font-face|url\((?!#)", svg)
