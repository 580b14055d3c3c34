"""Who is compared: how each peer is started, and how it is asked."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.wire import post

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
Record = Mapping[str, Any]
CHARGES = re.compile(rb'"charges": ?(\d+(?:\.\d+)?)')


def uvicorn_with(app: str) -> tuple[str, ...]:
    """Return the command that serves an application as uvicorn does on its own."""
    return ("uvicorn", app, "--port", "{port}", "--no-access-log")


def as_it_is(record: Record) -> object:
    """Send a record as the body."""
    return record


def as_tensors(record: Record) -> object:
    """Send a record as the Open Inference Protocol does: a tensor for every field."""
    kinds = {bool: "BOOL", int: "INT64", float: "FP64", str: "BYTES"}
    inputs = [
        {"name": name, "shape": [1], "datatype": kinds[type(value)], "data": [value]} for name, value in record.items()
    ]
    return {"inputs": inputs}


@dataclass(frozen=True)
class Peer:
    """One way to serve the model."""

    title: str
    distributions: tuple[str, ...]
    """What its environment is about, on PyPI; the first is the peer itself."""
    command: tuple[str, ...]
    """A program of its environment and what follows; {port}, {grpc_port} and {metrics_port} are free ports."""
    path: str
    environment: Mapping[str, str] = field(default_factory=dict)
    body: Callable[[Record], object] = as_it_is
    answer: re.Pattern[bytes] = CHARGES
    """What finds the charges in an answer."""
    predicts: bool = True
    """False of the floor, which answers a constant."""
    requirements: Path | None = None
    """If they do not lie in the folder of its name."""

    def request(self, record: Record) -> bytes:
        """Return a request as it goes over the wire."""
        return post(self.path, json.dumps(self.body(record)).encode())


PREDICTION = "/api/models/insurance_charges_model/prediction"
SCIKIT_LEARN = ("scikit-learn", "pandas")
OWN, FLOOR = "loadproof", "bare_asgi"
PEERS: Mapping[str, Peer] = {
    FLOOR: Peer(
        "bare ASGI callable, a constant", ("uvicorn",), uvicorn_with("benchmarks.bare_asgi:bare"), "/", predicts=False
    ),
    OWN: Peer(
        "this service",
        ("fastapi", "uvicorn", "onnxruntime"),
        ("python", "-m", "service"),
        PREDICTION,
        environment={"SERVICE_PORT": "{port}", "SERVICE_LOG_LEVEL": "warning"},
        requirements=ROOT / "requirements-serving.txt",
    ),
    "mlserver": Peer(
        "MLServer, ONNX Runtime",
        ("mlserver", "onnxruntime"),
        ("mlserver", "start", str(FOLDER / "mlserver")),
        "/v2/models/insurance_charges_model/infer",
        environment={
            "MLSERVER_HOST": "127.0.0.1",
            "MLSERVER_HTTP_PORT": "{port}",
            "MLSERVER_GRPC_PORT": "{grpc_port}",
            "MLSERVER_METRICS_PORT": "{metrics_port}",
            "MLSERVER_DEBUG": "false",
            "MLSERVER_PARALLEL_WORKERS": "0",  # no processes beside: it has one small model
        },
        body=as_tensors,
        answer=re.compile(rb'"data":\[(\d+(?:\.\d+)?)'),
    ),
    "litserve": Peer("LitServe, ONNX Runtime", ("litserve", "onnxruntime"), ("python", "-m", "serve"), "/predict"),
    "bentoml": Peer(
        "BentoML, ONNX Runtime",
        ("bentoml", "onnxruntime"),
        ("bentoml", "serve", "serve:Charges", "--host", "127.0.0.1", "--port", "{port}"),
        "/predict",
        environment={"BENTOML_DO_NOT_TRACK": "True"},
    ),
    "fastapi_dataframe": Peer(
        "FastAPI, scikit-learn", ("fastapi", *SCIKIT_LEARN), uvicorn_with("serve:app"), "/predict"
    ),
    "rest_model_service": Peer(
        "rest_model_service, scikit-learn",
        ("rest-model-service", "ml-base", *SCIKIT_LEARN),
        uvicorn_with("rest_model_service.main:app"),
        PREDICTION,
        environment={"REST_CONFIG": str(FOLDER / "rest_model_service" / "rest_config.yaml")},
    ),
    "ray_serve": Peer(
        "Ray Serve, ONNX Runtime",
        ("ray", "onnxruntime"),
        ("python", "-m", "serve"),
        "/",
        # The first is what Ray's page on performance advises.
        environment={"RAY_SERVE_THROUGHPUT_OPTIMIZED": "1", "RAY_USAGE_STATS_ENABLED": "0"},
    ),
}
