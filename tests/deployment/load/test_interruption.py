"""Ctrl-C ends a load test in the cluster, and what it has measured is kept."""

import json
import signal

from tests.deployment.load.bench import IN_CLUSTER, LOGS, MASTER_POD, load_pod, log_of
from tests.deployment.process import started
from tests.deployment.stage import Stage


def test_an_interruption_ends_the_pod_brings_its_reports_and_removes_the_jobs(bench: Stage) -> None:
    """The pod is given a deadline that is over, which keeps its log; it is not deleted before that is read."""
    whole = log_of(bench.folder, 4, "INVALID")
    bench.answer(LOGS, whole)
    bench.answer(LOGS, "  0 s of 28 s\n", stays_for="kubectl patch", times=1)
    # As an older kubelet says it: it has forgotten the container.
    bench.answer(MASTER_POD, json.dumps(load_pod("load-master-x", "Failed", running={})))
    bench.answer(MASTER_POD, json.dumps(load_pod("load-master-x")), times=1)
    with started(bench, "loadtest", *IN_CLUSTER, "smoke", "taxi") as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line == "  0 s of 28 s\n":
                process.send_signal(signal.SIGINT)
    assert process.returncode == 4, lines
    [patch] = bench.called("kubectl patch")
    assert "activeDeadlineSeconds" in patch.line
    calls = [
        call.line.split()[1] for call in bench.calls if call.line.split()[1] in ("apply", "patch", "logs", "delete")
    ]
    assert calls == ["delete", "apply", "logs", "patch", "logs", "delete"], "and taxi is not begun"
    assert lines[-1] == "INVALID (exit 4): smoke INVALID, taxi INVALID\n"
