"""The watcher sees a cluster as its API server tells of it, says what it cannot see, and loses nothing it has seen."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from load_tests.cluster.errors import ClusterError
from load_tests.cluster.proxy import ApiProxy
from load_tests.cluster.samples import Sample, read
from load_tests.cluster.watcher import COUNT_EVERY_S, Watcher
from tests import api_objects as api
from tests.conftest import ROOT
from tests.load_tests.builders import Clock
from tests.load_tests.processes import wait_until_told

PATIENCE_S = 90.0


@pytest.fixture
def cluster(tmp_path: Path) -> api.FakeCluster:
    """Give an API server that tells of one pod."""
    return api.FakeCluster(tmp_path)


@pytest.fixture
def proxy(cluster: api.FakeCluster) -> Iterator[ApiProxy]:
    """Give the way to it."""
    proxy = ApiProxy(cluster.kubectl.split())
    proxy.start()
    yield proxy
    proxy.end()


def look(proxy: ApiProxy) -> Sample:
    return Watcher(proxy, "loadproof", "model-service", Clock()).look()


def test_everything_is_seen(proxy: ApiProxy) -> None:
    sample = look(proxy)
    assert sample.replicas == 1
    [pod] = sample.pods or ()
    assert (pod.name, pod.ready, pod.requested_cores, pod.limit_cores) == ("old-1", True, 0.25, 0.5)
    assert pod.ready_at == pod.created_at + 5
    assert sample.used_cores == {"old-1": 0.125}
    assert (sample.counters or {})["old-1"].throttled_periods == 10
    assert sample.autoscaler is not None
    assert (sample.autoscaler.target_percent, sample.autoscaler.seen_percent) == (50, 42)
    assert [one.reason for one in sample.autoscaler.conditions] == ["ValidMetricFound"]
    assert sample.unreadable == ()


def test_a_pod_that_is_told_to_end_is_not_ready_from_then_on(cluster: api.FakeCluster, proxy: ApiProxy) -> None:
    cluster.answer(api.PODS, {"items": [api.pod("old-1", ending="2026-01-02T03:10:30Z")]})
    [pod] = look(proxy).pods or ()
    assert not pod.ready
    assert pod.ending_at == pod.created_at + 6 * 60, "the stamp is when its grace period of 30 s ends"


@pytest.mark.parametrize(
    ("path", "said"),
    [(api.METRICS, "CPU of pods: 403 it is forbidden"), (api.KUBELET, "throttling on minikube: 403 it is forbidden")],
)
def test_what_may_not_be_read_is_said_and_the_rest_is_seen(
    cluster: api.FakeCluster, proxy: ApiProxy, path: str, said: str
) -> None:
    cluster.answer(path, {"message": "it is forbidden"}, 403)
    sample = look(proxy)
    assert sample.unreadable == (said,)
    assert len(sample.pods or ()) == 1


def test_one_node_that_answers_does_not_hide_another_that_does_not(cluster: api.FakeCluster, proxy: ApiProxy) -> None:
    other = api.pod("other-1")
    other["spec"]["nodeName"] = "a-node-before"
    cluster.answer(api.PODS, {"items": [api.pod("old-1"), other]})
    cluster.answer(api.KUBELET.replace("minikube", "a-node-before"), {"message": "it is forbidden"}, 403)
    clock = Clock()
    watcher = Watcher(proxy, "loadproof", "model-service", clock)
    assert watcher.look().unreadable == ("throttling on a-node-before: 403 it is forbidden",)
    cluster.answer(api.PODS, {"items": [api.pod("old-1")]})
    clock.now_s = COUNT_EVERY_S
    assert watcher.look().unreadable == (), "a node without pods is not asked"


def test_an_older_cluster_tells_of_its_autoscaler_in_an_older_version(
    cluster: api.FakeCluster, proxy: ApiProxy
) -> None:
    cluster.answer(api.SCALERS.format("v2"), {"message": "no such version"}, 404)
    cluster.answer(api.SCALERS.format("v2beta2"), {"items": [api.autoscaler(desired=4)]})
    sample = look(proxy)
    assert sample.autoscaler is not None
    assert (sample.autoscaler.desired, sample.unreadable) == (4, ())


def test_throttling_is_told_of_the_whole_pod_where_there_are_no_containers(
    cluster: api.FakeCluster, proxy: ApiProxy
) -> None:
    cluster.answer(api.KUBELET, api.cadvisor("old-1", periods=7, throttled=2, container=""))
    assert (look(proxy).counters or {})["old-1"].periods == 7


def test_the_kubelet_is_asked_less_often(cluster: api.FakeCluster, proxy: ApiProxy) -> None:
    clock = Clock()
    watcher = Watcher(proxy, "loadproof", "model-service", clock)
    watcher.look()
    cluster.answer(api.KUBELET, api.cadvisor("old-1", periods=80, throttled=10))
    periods = []
    for clock.now_s in (COUNT_EVERY_S - 1, COUNT_EVERY_S):
        periods.append((watcher.look().counters or {})["old-1"].periods)
    assert periods == [40, 80]


@pytest.mark.parametrize(
    ("status", "remedy"), [(404, "Deploy first"), (403, "Ask for the cluster role"), (502, "Is the cluster running?")]
)
def test_without_its_deployment_nothing_is_watched_and_the_remedy_is_said(
    cluster: api.FakeCluster, proxy: ApiProxy, status: int, remedy: str
) -> None:
    cluster.answer(api.APPS, {"message": "no"}, status)
    with pytest.raises(ClusterError, match=remedy):
        look(proxy)


@pytest.mark.parametrize(
    ("program", "context", "said"),
    [(["no-such-kubectl"], "", "install kubectl"), (None, "nowhere", 'context "nowhere" does not exist')],
)
def test_a_kubectl_that_does_not_work_is_said_at_once(
    cluster: api.FakeCluster, program: list[str] | None, context: str, said: str
) -> None:
    proxy = ApiProxy(program or cluster.kubectl.split(), context)
    with pytest.raises(ClusterError, match=said):
        proxy.start()
    proxy.end()


@pytest.fixture
def late(cluster: api.FakeCluster) -> Iterator[ApiProxy]:
    """Give a way that is there before anybody listens."""
    proxy = ApiProxy(cluster.kubectl.split(), "late")
    yield proxy
    proxy.end()


def test_nothing_is_asked_before_kubectl_listens(late: ApiProxy, tmp_path: Path) -> None:
    """Its socket is there a moment earlier, and whoever asks then is refused."""
    starting = threading.Thread(target=late.start)
    starting.start()
    ends_s = time.monotonic() + PATIENCE_S
    while not late.socket.exists():
        assert time.monotonic() < ends_s
        time.sleep(0.01)
    starting.join(0.2)
    assert starting.is_alive()
    (tmp_path / "listen").touch()
    starting.join(PATIENCE_S)
    assert look(late).replicas == 1


def test_kubectl_is_started_again_when_it_has_ended(proxy: ApiProxy) -> None:
    watcher = Watcher(proxy, "loadproof", "model-service", Clock())
    watcher.look()
    proxy._stop_process()
    assert not proxy.runs
    assert watcher.look_again().problem == ""


class Watching:
    """A `python -m load_tests.cluster watch` process."""

    def __init__(self, cluster: api.FakeCluster, out: Path, *options: str) -> None:
        self.out = out
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "load_tests.cluster", "watch", "--namespace", "loadproof"),
                *("--deployment", "model-service", "--out", str(out), "--kubectl", cluster.kubectl, "--every", "200ms"),
                *options,
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_until(self, happened: Callable[[tuple[Sample, ...]], bool]) -> None:
        """Wait until the record shows that something happened."""
        ends_s = time.monotonic() + PATIENCE_S
        while not happened(read(self.out).samples):
            assert time.monotonic() < ends_s, read(self.out).samples[-1]
            time.sleep(0.05)

    def end(self) -> tuple[str, str]:
        """End it as the launcher does; what it said."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=PATIENCE_S)


def test_an_api_that_falls_silent_loses_nothing_and_is_seen_again(cluster: api.FakeCluster, tmp_path: Path) -> None:
    watching = Watching(cluster, tmp_path / "run" / "cluster.jsonl")
    assert watching.process.stdout is not None
    assert watching.process.stdout.readline() == (
        "watching model-service in loadproof: 1 of 1 pods ready; autoscaled from 1 to 10\n"
    )
    cluster.fall_silent()
    watching.wait_until(lambda samples: bool(samples[-1].problem))
    cluster.answer(api.PODS, {"items": [api.pod("new-1"), api.pod("old-1")]})
    watching.wait_until(lambda samples: not samples[-1].problem)
    watching.end()
    assert watching.process.returncode == 0
    samples = read(watching.out).samples
    assert [pod.name for pod in samples[0].pods or ()] == ["old-1"]
    assert "connection refused" in next(sample.problem for sample in samples if sample.problem)
    assert [pod.name for pod in samples[-1].pods or ()] == ["new-1", "old-1"]
    assert samples[-1].autoscaler == samples[0].autoscaler, "what has not changed is written once"


def test_pods_from_before_are_told_before_there_is_any_load(cluster: api.FakeCluster, tmp_path: Path) -> None:
    cluster.answer(api.PODS, {"items": [api.pod("new-1"), api.pod("old-1")]})
    watching = Watching(cluster, tmp_path / "run" / "cluster.jsonl")
    assert watching.process.stdout is not None
    said = watching.process.stdout.readline()
    watching.end()
    assert said.endswith("; what pods it adds cannot be judged before it has scaled down (make status)\n")


def test_an_answer_that_is_not_understood_does_not_end_the_record(cluster: api.FakeCluster, proxy: ApiProxy) -> None:
    watcher = Watcher(proxy, "loadproof", "model-service", Clock())
    cluster.answer(api.PODS, {"items": [{"metadata": {"name": "nobody"}}]})
    assert "is not understood: KeyError" in watcher.look_again().problem


def has_ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_watcher_ends_with_whoever_started_it(cluster: api.FakeCluster, tmp_path: Path) -> None:
    said = tmp_path / "said.txt"
    command = (
        f"{sys.executable} -m load_tests.cluster watch --namespace loadproof --deployment model-service "
        f"--every 100ms --with-parent --out {tmp_path}/record --kubectl '{cluster.kubectl}' & echo $!; read told"
    )
    with said.open("wb") as output:
        shell = subprocess.Popen(
            ["/bin/sh", "-c", command], cwd=ROOT, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
        )
    wait_until_told(shell, said, "watching")
    pid = int(said.read_text(encoding="utf-8").split()[0])
    shell.communicate(b"end\n", timeout=PATIENCE_S)
    ends_s = time.monotonic() + PATIENCE_S
    while not has_ended(pid):
        assert time.monotonic() < ends_s
        time.sleep(0.05)


def test_no_access_is_an_error_before_anything_is_said(cluster: api.FakeCluster, tmp_path: Path) -> None:
    cluster.answer(api.APPS, {"message": "you may not"}, 403)
    watching = Watching(cluster, tmp_path / "cluster.jsonl")
    output, errors = watching.process.communicate(timeout=PATIENCE_S)
    assert (watching.process.returncode, output) == (2, "")
    assert "you may not read /apis/apps/v1/namespaces/loadproof/deployments/model-service" in errors


def test_a_line_that_is_half_written_is_left_out(proxy: ApiProxy, tmp_path: Path) -> None:
    path = tmp_path / "cluster.jsonl"
    header = '{"format":1,"namespace":"n","deployment":"d","every_s":5.0}\n'
    path.write_text(f'{header}{look(proxy).model_dump_json(exclude_none=True)}\n{{"at":12.0,"pro', encoding="utf-8")
    assert len(read(path).samples) == 1


@pytest.mark.parametrize("text", ["", "no JSON\n", '{"format":1}\n'])
def test_what_is_no_record_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cluster.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ClusterError, match=r"cluster\.jsonl cannot be read"):
        read(path)
