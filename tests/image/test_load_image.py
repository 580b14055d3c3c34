"""The image of a load test: what is in it, who it runs as, and that it puts load on a service in another container."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployment.image import LOAD_IMAGE, SERVICE_IMAGE, Recipe, build, describe
from deployment.load.parcel import Parcel
from deployment.request import PlatformName, Request
from tests.conftest import ROOT
from tests.image.engine import BASE_IMAGE, LABELS, alone_with_an_engine, docker, inspected, labels_of
from tests.stalls import again_if_disturbed

SCENARIO = """
model: insurance_charges_model
load: {warmup: 1s, settle: 1s, timeout: 40s, in_flight: 4000}
stages: [{name: only, rate: 40/s, for: 5s}]
slo: {errors: 5%}
"""
UNTIL_READY = """
import time, urllib.request
for _ in range(600):
    try:
        urllib.request.urlopen("http://127.0.0.1:8000/api/health/ready")
    except OSError:
        time.sleep(0.1)
    else:
        break
"""
CONTAINERS = ("loadproof-test-service", "loadproof-test-master", "loadproof-test-worker")
LOCKED_UP = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp")  # noqa: S108
pytestmark = alone_with_an_engine


def built(recipe: Recipe) -> str:
    image = describe(Request(PlatformName.DOCKER, base_image=BASE_IMAGE), recipe)
    build(image)
    return image.reference


@pytest.fixture(scope="module")
def image() -> str:
    """Give the image, built."""
    return built(LOAD_IMAGE)


@pytest.fixture
def ended_afterwards() -> Iterator[None]:
    """Remove what was started."""
    yield
    remove_containers()


def remove_containers() -> None:
    subprocess.run(["docker", "rm", "--force", *CONTAINERS], capture_output=True, check=False)


def inside(image: str, command: str) -> list[str]:
    return docker("run", "--rm", "--entrypoint", "sh", *LOCKED_UP, image, "-c", command).splitlines()


def test_it_holds_what_offers_load_and_nothing_that_trains_serves_or_draws(image: str) -> None:
    assert inside(image, "ls /app") == ["load_tests", "model"]
    assert set(inside(image, "find model -type f")) == {
        str(path.relative_to(ROOT)) for path in ROOT.glob("model/*/artifact/examples.jsonl")
    }
    unwanted = "pip numpy matplotlib onnxruntime fastapi sklearn pandas"
    assert inside(image, f"cd /opt/venv/lib/python3*/site-packages && ls -d {unwanted} 2>/dev/null || true") == []
    assert inside(image, "command -v gcc cc || true") == []


def test_it_is_nobody_and_says_what_it_is(image: str) -> None:
    assert inside(image, "id -u; id -g; touch /app/x 2>/dev/null || echo no") == ["10001", "10001", "no"]
    labels = labels_of(inspected("image", "inspect", image))
    assert all(labels[name] for name in LABELS)
    assert labels["base.name"] == BASE_IMAGE


@again_if_disturbed
@pytest.mark.usefixtures("ended_afterwards")
def test_it_puts_load_on_a_service_in_another_container(image: str, tmp_path: Path) -> None:
    """As its pods do: a worker, a master, a file system that nobody can write to, and reports that come in the log."""
    remove_containers()
    service, master, worker = CONTAINERS
    (tmp_path / "short.yaml").write_text(SCENARIO, encoding="utf-8")
    tmp_path.chmod(0o755)
    docker("run", "--detach", "--name", service, "--env=SERVICE_MAX_WAIT_MS=25000", *LOCKED_UP, built(SERVICE_IMAGE))
    docker("exec", service, "python", "-c", UNTIL_READY)
    docker(
        *("run", "--detach", "--name", master, f"--network=container:{service}", *LOCKED_UP),
        *("--tmpfs", "/app/reports:mode=1777", "--volume", f"{tmp_path}:/etc/loadproof:ro"),
        *("--entrypoint", "python", image, "-m", "load_tests.job", "--scenario", "/etc/loadproof/short.yaml"),
        *("--host", "http://127.0.0.1:8000", "--workers", "1", "--report-folder", "reports/run"),
    )
    docker(
        *("run", "--detach", "--name", worker, f"--network=container:{service}", *LOCKED_UP),
        *("--entrypoint", "python", image, "-m", "locust", "--locustfile=load_tests/locustfile.py", "--worker"),
    )
    code = docker("wait", master).strip()
    log = docker("logs", master)
    taken = Parcel()
    told = [line for line in log.splitlines() if not taken.takes(line)]
    assert code == "0", told
    report = json.loads((taken.unpack(tmp_path) / "run.json").read_text(encoding="utf-8"))
    assert report["verdict"] == "PASS"
