"""What the service costs: `python -m benchmarks.service_cost [cost] [batch] [plain] [cold_start] [memory]`.

- cost: CPU time of the server process per prediction, as a multiple of what a bare ASGI callable takes on the same
  uvicorn for the same requests, the two asked in turn.
- batch: CPU time of a batch of 1,000 records, as a multiple of a single prediction.
- plain: CPU time of a prediction behind a plain FastAPI endpoint, as a multiple of this service's.
- cold_start: CPU time from the start of the process until it is ready.
- memory: resident memory after so many requests.

Each part replaces its own section of ``results/service_cost.json``. Server and client have a core each.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import psutil

from benchmarks.closed_client import ClosedClient
from benchmarks.cores import CLIENT_CORE, SERVER_CORE, stay_on
from benchmarks.ending import leave_nothing_behind
from benchmarks.golden import golden
from benchmarks.parts import Parts, chosen_parts, measure
from benchmarks.result_file import RESULTS
from benchmarks.servers import Server, answering, serving
from benchmarks.wire import post
from model.insurance_charges import InsuranceChargesModel
from model.serving import OnnxRegressionModel
from model.taxi_fare import TaxiFareModel

RESULT_FILE = RESULTS / "service_cost.json"
MODELS: dict[str, type[OnnxRegressionModel]] = {"insurance": InsuranceChargesModel, "taxi": TaxiFareModel}
ROUNDS = 11
TURNS_A_ROUND = 25
"""All are asked in turn, each for a fraction of a second: what the machine does meanwhile meets all of them alike."""
REQUESTS_A_TURN = 800
BATCHES_A_TURN = 8
RECORDS_A_BATCH = 1000
STARTS = 7
SOAK_STEP = 50_000
SOAK_STEPS = 10
FLOOR = "floor"
PATIENT = {"SERVICE_MAX_WAIT_MS": "600000"}
"""A machine that does something else meanwhile shall cost time, not answers: it is CPU time that counts here."""


@dataclass(frozen=True)
class Ratio:
    """CPU time per request of two kinds, and how many times the one the other is: median, lowest, highest round."""

    cpu_us: float
    of_us: float
    ratio: float
    lowest: float
    highest: float
    rounds: int


class Load:
    """Requests of one kind to one server."""

    def __init__(self, server: Server, client: ClosedClient, count: int = REQUESTS_A_TURN) -> None:
        self._server = server
        self._client = client
        self._count = count
        self._client.ask(count)  # so that nothing is done for the first time in a round

    def turn_us(self) -> float:
        """Send as many as belong to a turn; return the CPU time of the server per request."""
        began_s = self._server.cpu_s()
        self._client.ask(self._count)
        return (self._server.cpu_s() - began_s) / self._count * 1e6


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the parts that are asked for, and write them down."""
    leave_nothing_behind()
    parts: Parts = {
        "cost": cost,
        "batch": batch,
        "plain": plain,
        "cold_start": cold_start,
        "memory": memory,
    }
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.service_cost",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    chosen = chosen_parts(parser, parts, arguments)
    stay_on(CLIENT_CORE)
    measure(chosen, RESULT_FILE)
    return 0


def cost() -> dict[str, object]:
    """CPU time per prediction of each model, beside that of the bare callable."""
    with answering("benchmarks.bare_asgi", SERVER_CORE) as floor, serving(SERVER_CORE, **PATIENT) as server:
        singles = {name: single_requests(model) for name, model in MODELS.items()}
        floors = Load(floor, ClosedClient(floor.port, singles["insurance"]))
        loads = {name: Load(server, ClosedClient(server.port, requests)) for name, requests in singles.items()}
        return {name: asdict(figures) for name, figures in _compare(loads, floors).items()}


def batch() -> dict[str, object]:
    """CPU time of a batch of each model, beside that of its single prediction."""
    with serving(SERVER_CORE, **PATIENT) as server:
        found: dict[str, object] = {}
        for name, model in MODELS.items():
            singles = Load(server, ClosedClient(server.port, single_requests(model)))
            batches = Load(server, ClosedClient(server.port, [batch_request(model)], connections=2), BATCHES_A_TURN)
            found[name] = asdict(_compare({name: batches}, singles)[name])
        return found


def plain() -> dict[str, object]:
    """CPU time of a prediction behind an endpoint that only predicts, beside that of the service with everything on."""
    requests = single_requests(InsuranceChargesModel)
    with serving(SERVER_CORE, **PATIENT) as server, answering("benchmarks.plain_fastapi", SERVER_CORE) as other:
        service = Load(server, ClosedClient(server.port, requests))
        loads = {"insurance": Load(other, ClosedClient(other.port, requests))}
        return {name: asdict(figures) for name, figures in _compare(loads, service).items()}


def _compare(loads: dict[str, Load], floor: Load) -> dict[str, Ratio]:
    """Measure rounds in which all are asked in turn; a ratio is one of the same round."""
    rounds = [_round_us({FLOOR: floor, **loads}) for _ in range(ROUNDS)]
    return {name: _ratio([costs[name] for costs in rounds], [costs[FLOOR] for costs in rounds]) for name in loads}


def _round_us(loads: dict[str, Load]) -> dict[str, float]:
    turns = [{name: load.turn_us() for name, load in loads.items()} for _ in range(TURNS_A_ROUND)]
    return {name: statistics.fmean(turn[name] for turn in turns) for name in loads}


def _ratio(costs_us: list[float], floors_us: list[float]) -> Ratio:
    ratios = [cost_us / floor_us for cost_us, floor_us in zip(costs_us, floors_us, strict=True)]
    return Ratio(
        cpu_us=round(statistics.median(costs_us), 1),
        of_us=round(statistics.median(floors_us), 1),
        ratio=round(statistics.median(ratios), 2),
        lowest=round(min(ratios), 2),
        highest=round(max(ratios), 2),
        rounds=ROUNDS,
    )


def cold_start() -> dict[str, object]:
    """CPU time of the process until its first answer says that it is ready."""
    found_s: list[float] = []
    for _ in range(STARTS):
        with serving(SERVER_CORE, **PATIENT) as server:
            found_s.append(server.cpu_s())
    return {"cpu_s": round(statistics.median(found_s), 2), "slowest_cpu_s": round(max(found_s), 2), "starts": STARTS}


def memory() -> dict[str, object]:
    """Resident memory at the start and after every so many requests, half of them of each model."""
    with serving(SERVER_CORE, **PATIENT) as server:
        rss_mb = [server.rss_mb()]
        clients = [ClosedClient(server.port, single_requests(model)) for model in MODELS.values()]
        for _ in range(SOAK_STEPS):
            for client in clients * 10:  # in turn, before the service thinks that one of them has gone
                client.ask(SOAK_STEP // 10 // len(clients))
            rss_mb.append(server.rss_mb())
        after = rss_mb[100_000 // SOAK_STEP :]
        return {
            "rss_mb_at_start": rss_mb[0],
            "rss_mb_after_100_000": after[0],
            "rss_mb_lowest_later": min(after),
            "rss_mb_highest_later": max(after),
            "requests": SOAK_STEP * SOAK_STEPS,
            "rss_mb": rss_mb,
            "threads": psutil.Process(server.process.pid).num_threads(),
        }


def single_requests(model: type[OnnxRegressionModel]) -> list[bytes]:
    """Return the golden requests of a model, one record each."""
    path = f"/api/models/{model.qualified_name}/prediction"
    return [post(path, json.dumps(example.request).encode()) for example in golden(model)]


def batch_request(model: type[OnnxRegressionModel]) -> bytes:
    """Return the golden requests of a model as one batch, repeated until it is full."""
    records = [example.request for example in golden(model)]
    many = [records[number % len(records)] for number in range(RECORDS_A_BATCH)]
    return post(f"/api/models/{model.qualified_name}/predictions", json.dumps({"instances": many}).encode())


if __name__ == "__main__":
    sys.exit(main())
