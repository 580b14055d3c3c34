"""What is loaded at run time stays in its room; what is imported in the code is held by import-linter (make lint)."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

TRAINING = {"pandas", "sklearn", "skl2onnx", "onnx", "scipy", "joblib"}


def loaded_by(code: str) -> set[str]:
    """Top level names of all modules that a new process has loaded after some code."""
    command = [sys.executable, "-c", f"{code}\nimport sys\nsys.stdout.write(' '.join(sys.modules))"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in finished.stdout.split()}


def test_the_service_serves_without_the_training_side_and_without_locust() -> None:
    loaded = loaded_by("from service.app import from_environment\nfrom_environment()")
    assert {"onnxruntime", "fastapi", "model"} <= loaded
    assert not loaded & (TRAINING | {"locust", "gevent", "faker", "mimesis", "load_tests"})


def test_the_load_generator_loads_nothing_that_could_block_its_event_loop() -> None:
    loaded = loaded_by("import load_tests.locustfile")
    assert {"locust", "gevent"} <= loaded
    assert not loaded & (
        TRAINING | {"numpy", "matplotlib", "junitparser", "onnxruntime", "fastapi", "uvicorn", "model", "service"}
    )


@pytest.mark.parametrize(
    "module",
    [
        "judging.verdict",
        "running.launch",
        "demo",
        "calibrate",
        "judging.floor",
        "report.terminal",
        "payloads.deck",
        "__main__",
        "planning.__main__",
    ],
)
def test_deciding_and_reporting_does_not_load_locust(module: str) -> None:
    assert not loaded_by(f"import load_tests.{module}") & {"locust", "gevent"}


def test_deploying_loads_nothing_of_what_is_deployed() -> None:
    loaded = loaded_by("import deployment.__main__")
    assert not loaded & (TRAINING | {"numpy", "onnxruntime", "fastapi", "locust", "gevent", "model", "service"})
    assert "load_tests" not in loaded
