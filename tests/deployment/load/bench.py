"""What kubectl says of a load test in the cluster, and what its master leaves in its log."""

import json
from pathlib import Path
from typing import Any

from deployment.cluster.kubectl import Kubectl
from deployment.load.fetch import fetch
from load_tests import parcel
from tests.deployment.conftest import FakeClock
from tests.deployment.stage import Stage

IN_CLUSTER = ("--platform", "minikube", "--where", "cluster")
PODS = "^kubectl get .*pods --selector app.kubernetes.io/name=load-"
MASTER_POD = "^kubectl get .*pod load-master-x"
LOGS = "^kubectl logs load-master-x|^kubectl logs .* load-master-x"
CHECK = "^python -m load_tests check --json"
WATCH = "^python -m load_tests.cluster watch"
JOIN = "^python -m load_tests.cluster join"
DRAW = "^python -m load_tests.report"
RUN_NAME = "20260102T030405-smoke"


def load_pod(name: str, phase: str = "Running", **state: Any) -> dict[str, Any]:
    """Return a pod of a load test."""
    return {
        "metadata": {"name": name},
        "status": {"phase": phase, "containerStatuses": [{"name": "load", "state": state}]},
    }


def log_of(folder: Path, exit_code: int, verdict: str = "PASS") -> str:
    """Return what a master writes whose run ended so."""
    run = folder / RUN_NAME
    run.mkdir(exist_ok=True)
    told = {"verdict": verdict, "exit_code": exit_code, "reason": "as it was told"}
    (run / "run.json").write_text(json.dumps(told), encoding="utf-8")
    return "\n".join(["  0 s of 28 s", *parcel.lines_of(run), ""])


def ends(stage: Stage, exit_code: int, verdict: str = "PASS", reported: int | None = None, **ended: Any) -> None:
    """Tell how the load test ends."""
    stage.answer(
        MASTER_POD,
        json.dumps(load_pod("load-master-x", terminated={"exitCode": exit_code, "reason": "Completed", **ended})),
    )
    stage.answer(MASTER_POD, json.dumps(load_pod("load-master-x")), times=1)
    stage.answer(LOGS, log_of(stage.folder, exit_code if reported is None else reported, verdict))


def fetched(cluster_record: Path | None = None) -> int:
    """Bring back what the load test left; its exit code."""
    return fetch(Kubectl("minikube"), "load-master-x", FakeClock().clock(), Path("reports"), cluster_record)
