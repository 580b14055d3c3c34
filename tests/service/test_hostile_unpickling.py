"""Nothing that is served comes out of a pickle: a file that somebody else wrote must not run code here."""

import ast
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

UNPICKLERS = {"pickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "sklearn", "pandas", "torch"}
SERVE = """
import sys

def refuse(event, arguments):
    if event.startswith("pickle."):
        raise SystemExit(f"{event}{arguments}")

sys.addaudithook(refuse)
from starlette.testclient import TestClient
from service.app import from_environment
from tests.service.records import MODELS, record, single_path

with TestClient(from_environment()) as client:
    assert all(client.post(single_path(model), json=record(model)).status_code == 200 for model in MODELS)
"""
LOADED = "print('\\n'.join(str(getattr(module, '__file__', '')) for module in list(sys.modules.values())))"


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_serving_unpickles_nothing() -> None:
    served = run(SERVE)
    assert served.returncode == 0, served.stderr
    assert run(f"{SERVE}\nimport pickle\npickle.loads(pickle.dumps(ValueError()))").returncode == 1  # it would show


def test_no_file_that_serves_imports_what_unpickles() -> None:
    loaded = run(f"{SERVE}\n{LOADED}").stdout.splitlines()
    rooms = (ROOT / "service", ROOT / "model")
    files = [Path(file) for file in loaded if any(Path(file).is_relative_to(room) for room in rooms)]
    assert {"serving.py", "artifact.py", "prediction.py", "inference_protocol.py"} <= {file.name for file in files}
    assert {name for file in files for name in imported(file)} & UNPICKLERS == set()


def imported(file: Path) -> set[str]:
    """Return the top-level names that a file imports, anywhere in it."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}
