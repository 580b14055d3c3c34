"""The third model of docs/bring_your_own_model.md, typed in as it stands, is trained, served and put under load."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from load_tests.demo import local_service
from tests.conftest import ROOT, service_environment
from tests.stalls import again_if_disturbed

DOCUMENT = (ROOT / "docs" / "bring_your_own_model.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w./]+)`\n\n```\w+\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL))
PYTHON_FILES = sorted(path for path in FILES if path.endswith(".py"))
READER = "/home/you/loadproof"
"""Where the document says that its reader's clone is."""
CONFIGURATION = "configuration/rest_config.yaml"
MODEL = "model/diabetes_progression"
NUMBER = r"\d+\.\d+"
PATIENCE_S = 300


def block_after(words: str, kind: str = "console") -> str:
    """Return the first code block of a kind that follows some words."""
    text = DOCUMENT[DOCUMENT.index(words) :]
    found = re.search(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found, f"no {kind} block after {words!r}"
    return found[1]


def asked_and_answered(block: str) -> tuple[str, str]:
    """Split a console block into its command and what it prints."""
    command, _, output = block.removeprefix("$ ").partition("\n")
    return command, output.strip()


def one_line(text: str) -> str:
    return " ".join(text.split())


def type_in(checkout: Path, path: str, content: str) -> None:
    (checkout / path).parent.mkdir(parents=True, exist_ok=True)
    (checkout / path).write_text(content, encoding="utf-8")


def run(checkout: Path, command: str, exit_code: int = 0) -> str:
    """Run a command of the document with this Python; what it prints, the reader's clone in place of the checkout."""
    environment = service_environment(PATH=f"{checkout / '.bin'}{os.pathsep}{os.environ['PATH']}")
    environment.pop("REAL_DATA_DIR", None)
    finished = subprocess.run(
        ["bash", "-ec", command],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    printed = finished.stdout + finished.stderr
    assert finished.returncode == exit_code, printed
    return printed.replace(str(checkout), READER).strip()


def tracked_files() -> list[str]:
    """Return the files of the working copy, new ones included; where there is no git, all but what is made here."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        rooms = ("configuration", "load_tests", "model", "service", "pyproject.toml")
        paths = (path for room in rooms for path in (ROOT / room, *(ROOT / room).rglob("*")))
        return [str(path.relative_to(ROOT)) for path in paths if "__pycache__" not in path.parts]
    return listed.split("\0")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository with the files of the document and the data set."""
    copy = tmp_path_factory.mktemp("reader").resolve() / "clone"
    for name in tracked_files():
        if (ROOT / name).is_file() and not name.startswith(f"{MODEL}/"):  # which a reader may have trained
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    for path, content in FILES.items():
        type_in(copy, path, content)
    type_in(copy, ".bin/python", f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    (copy / ".bin" / "python").chmod(0o755)
    return copy


@pytest.fixture(scope="module")
def data_output(checkout: Path) -> str:
    """Return what the command that writes the data set prints."""
    return run(checkout, block_after("## 1. Dataset", "sh"))


@pytest.fixture(scope="module")
def training_output(checkout: Path, data_output: str) -> str:
    """Return what the training of the third model prints."""
    assert data_output
    return run(checkout, asked_and_answered(block_after("Now train:"))[0])


@pytest.fixture(scope="module")
def url(checkout: Path, training_output: str) -> Iterator[str]:
    """Serve the trained model beside the others and beside the one by rule; the base URL."""
    assert training_output
    type_in(checkout, CONFIGURATION, FILES[CONFIGURATION] + block_after("class DiabetesByRuleModel", "yaml"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(checkout)
        patch.delenv("REST_CONFIG", raising=False)
        with local_service() as host:
            yield host
    type_in(checkout, CONFIGURATION, FILES[CONFIGURATION])


def ask(url: str, path: str, body: str) -> tuple[int, str]:
    """Post JSON; status and body of the answer."""
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{url}{path}", body.encode(), headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


def ask_as_documented(url: str, words: str) -> tuple[int, str, str]:
    """Post the curl example that follows some words; status, answer and the answer as documented."""
    command, documented = asked_and_answered(block_after(words))
    _, _, address, _, _, _, body = shlex.split(command)
    status, answer = ask(url, address.removeprefix("http://127.0.0.1:8000"), body)
    return status, answer, documented


def test_the_document_shows_every_file_of_the_third_model() -> None:
    assert list(FILES) == [
        *(f"{MODEL}/{name}.py" for name in ("schema", "features", "__init__", "training")),
        CONFIGURATION,
        "load_tests/payloads/diabetes_progression_model.py",
        "load_tests/scenarios/diabetes.yaml",
        "model/diabetes_progression_by_rule/__init__.py",
    ]


def test_the_configuration_is_the_committed_one_and_an_entry() -> None:
    assert FILES[CONFIGURATION].startswith((ROOT / CONFIGURATION).read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", ["check", "format --check"])
def test_the_code_is_in_the_style_of_the_repository(checkout: Path, command: str) -> None:
    run(checkout, f"python -m ruff {command} --no-cache {' '.join(PYTHON_FILES)}")


def test_the_data_have_the_ranges_that_are_shown(data_output: str) -> None:
    assert one_line(data_output) == one_line(block_after("## 1. Dataset", "text"))


def test_training_prints_what_is_shown(training_output: str) -> None:
    """But for the artifact's version, on other processors the last digits of the scores, and on slow ones progress."""
    [*printed, wrote] = [line for line in training_output.splitlines() if not re.search(r": tree \d+ of \d+$", line)]
    [*shown, shown_wrote] = asked_and_answered(block_after("Now train:"))[1].splitlines()
    assert [re.sub(NUMBER, "#", line) for line in printed] == [re.sub(NUMBER, "#", line) for line in shown]
    assert [float(number) for number in re.findall(NUMBER, "".join(printed))] == pytest.approx(
        [float(number) for number in re.findall(NUMBER, "".join(shown))], rel=0.01
    )
    assert wrote.partition("+")[0] == shown_wrote.partition("+")[0]


def test_the_request_gets_the_answer_that_is_shown(url: str) -> None:
    status, answer, documented = ask_as_documented(url, "In a second terminal, ask:")
    assert status == 200
    assert json.loads(answer) == pytest.approx(json.loads(documented), abs=0.01)


def test_a_patient_out_of_bounds_is_refused_as_shown(url: str) -> None:
    status, answer, documented = ask_as_documented(url, "A patient outside of the bounds")
    assert (status, answer) == (422, documented)


def test_a_model_by_rule_is_served_like_any_other(url: str) -> None:
    record = '{"age": 48, "bmi": 25.7, "blood_pressure": 93.0, "hdl": 48.0, "log_triglycerides": 4.62}'
    status, answer = ask(url, "/api/models/diabetes_progression_by_rule_model/prediction", record)
    assert (status, json.loads(answer)) == (200, {"progression": 147.0})


@again_if_disturbed
def test_the_load_test_passes(checkout: Path, url: str) -> None:
    checked, can_be_run = asked_and_answered(block_after("## 8. Load test"))
    assert run(checkout, checked) == can_be_run
    command, shown = asked_and_answered(block_after("## 9. Verdict"))
    printed = run(checkout, f"{command} --host {url}")
    assert printed.splitlines()[-1] == shown.splitlines()[-1]
    assert shown.splitlines()[-1].startswith("PASS (exit 0)")


def without(path: str) -> Callable[[Path], None]:
    return lambda checkout: (checkout / path).unlink()


def with_other(path: str, old: str, new: str) -> Callable[[Path], None]:
    def change(checkout: Path) -> None:
        text = (checkout / path).read_text(encoding="utf-8")
        assert old in text
        type_in(checkout, path, text.replace(old, new))

    return change


@pytest.mark.parametrize(
    ("words", "damage"),
    [
        ("You did not train yet", without(f"{MODEL}/artifact/card.json")),
        ("You changed the features", with_other(f"{MODEL}/features.py", '"age", "bmi"', '"bmi", "age"')),
        ("do not agree on the name", with_other(CONFIGURATION, ": diabetes_progression_model", ": diabetes_model")),
        ("The payload module is missing", without("load_tests/payloads/diabetes_progression_model.py")),
        ("The stage is too short", with_other("load_tests/scenarios/diabetes.yaml", "for: 9s", "for: 6s")),
        ("There is no data", without("data/diabetes.csv")),
    ],
)
def test_what_is_wrong_is_refused_as_shown(
    checkout: Path, training_output: str, words: str, damage: Callable[[Path], None], tmp_path: Path
) -> None:
    assert training_output
    damaged = shutil.copytree(checkout, tmp_path.resolve() / "clone")
    damage(damaged)
    command, shown = asked_and_answered(block_after(words))
    printed = one_line(run(damaged, command, exit_code=2))
    if shown.endswith("…"):
        assert printed.startswith(one_line(shown.removesuffix("…")))
    else:
        assert printed == one_line(shown)
