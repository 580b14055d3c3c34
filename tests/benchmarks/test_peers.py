"""The comparison of peers: its client believes nothing, its processes end, and it serves what it says."""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

from benchmarks.golden import golden
from benchmarks.peers import results
from benchmarks.peers.catalogue import CHARGES, FLOOR, FOLDER, PEERS, Peer
from benchmarks.peers.environments import PeerError
from benchmarks.peers.load import Client, Question, charges_in
from benchmarks.peers.measuring import prepare
from benchmarks.peers.pipeline import encoder
from benchmarks.peers.processes import running
from model.insurance_charges import InsuranceChargesModel
from model.insurance_charges.schema import InsuranceRecord
from tests.benchmarks.one_answer import ANSWER, CHUNKED, CLOSING, server_that_says
from tests.conftest import ROOT

ENVIRONMENT = Path(sys.prefix)
REQUEST = b"POST / HTTP/1.1\r\n\r\n"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


@pytest.mark.parametrize("answer", [ANSWER, CHUNKED])
def test_an_answer_says_nothing_before_its_last_byte(answer: bytes) -> None:
    assert {charges_in(answer[:length], CHARGES) for length in range(len(answer))} == {None}
    assert charges_in(answer, CHARGES) == 1.5


@pytest.mark.parametrize("answer", [ANSWER.replace(b"200", b"503"), ANSWER.replace(b"charges", b"failure")])
def test_an_answer_that_is_not_a_prediction_is_refused(answer: bytes) -> None:
    with pytest.raises(PeerError, match="answered"):
        charges_in(answer, CHARGES)


@pytest.mark.parametrize("answer", [ANSWER, CHUNKED, CLOSING])
def test_the_client_counts_every_answer(answer: bytes) -> None:
    with server_that_says(answer) as port, Client(port, CHARGES, [Question(REQUEST, 1.5)]) as client:
        assert client.closed(connections=3, for_s=0.1) >= 3
        latencies_s = client.opened(rate_rps=200, for_s=0.5, seed=1)
        assert 50 < len(latencies_s) < 200
        assert min(latencies_s) > 0


def test_one_wrong_answer_ends_the_measurement() -> None:
    questions = [Question(REQUEST, 1.5)] * 9 + [Question(REQUEST, 1.51)]
    wrong = pytest.raises(PeerError, match=r"answered 1\.5 instead of 1\.51")
    with wrong, server_that_says(ANSWER) as port, Client(port, CHARGES, questions) as client:
        client.closed(connections=2, for_s=30)


def test_all_processes_of_a_peer_are_ended_even_those_that_ignore_it() -> None:
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {STUBBORN!r}])"
    with running("stubborn", Peer("stubborn", (), ("python", "-c", code), "/"), ENVIRONMENT) as tree:
        while tree.process.poll() is None and len(tree.members()) < 2:
            time.sleep(0.01)
        members = tree.members()
    assert len(members) >= 2
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in members)


def test_a_peer_that_does_not_start_is_reported_with_its_error() -> None:
    code = "import sys; print('before'); sys.exit('ValueError: no model here\\nbye')"
    with pytest.raises(PeerError, match="ended with 1: ValueError: no model here"):
        prepare("broken", Peer("broken", (), ("python", "-c", code), "/"), ENVIRONMENT)


def test_the_floor_runs_and_differs_from_nothing() -> None:
    subject = prepare(FLOOR, PEERS[FLOOR], ENVIRONMENT)
    assert subject.differs_by_usd is None
    assert {question.charges for question in subject.questions} == {8640.78}


def test_a_data_frame_is_encoded_as_the_project_encodes_a_record() -> None:
    requests = [example.request for example in golden(InsuranceChargesModel)]
    records = [InsuranceRecord.model_validate(request) for request in requests]
    encoded = encoder().transform(pd.DataFrame(requests))
    assert np.array_equal(encoded.astype(np.float32), InsuranceChargesModel.encode(records))


def test_who_could_not_be_measured_is_in_the_table_with_the_reason() -> None:
    result = results.read()
    result["not_measured"] = {"Somebody": "not installed: no network"}
    document = results.rewritten(results.DOCUMENT.read_text(encoding="utf-8"), result)
    assert "\n| Somebody | not measured: not installed: no network |" in document
    result["not_measured"] = {}
    assert results.rewritten(document, result) == results.DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PEERS)
def test_every_peer_pins_all_it_installs_and_runs_the_model_on_what_the_project_uses(name: str) -> None:
    path = PEERS[name].requirements or FOLDER / name / "requirements.txt"
    pinned, own = versions(path), versions(ROOT / "requirements.txt")
    for distribution in PEERS[name].distributions:
        assert pinned[distribution]
        if distribution in {"onnxruntime", "scikit-learn", "pandas"}:
            assert pinned[distribution] == own[distribution]


def versions(requirements: Path) -> dict[str, str]:
    """Versions by distribution; ValueError for one that is not pinned."""
    lines = [line.split() for line in requirements.read_text(encoding="utf-8").splitlines() if line[0] not in "# "]
    pins = [line[0].split("==") for line in lines]
    return {name.lower().replace("_", "-"): version for name, version in pins}
