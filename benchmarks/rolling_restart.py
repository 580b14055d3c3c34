"""Rolling restarts under load, and how many requests they cost: `python -m benchmarks.rolling_restart` (5 minutes).

Two services stand behind a balancer that learns late who has come and who has gone, as the proxy of a Kubernetes node
does. One after the other is replaced: the new one is ready, the old one gets a SIGTERM, and for a while the
balancer sends it new connections still. Meanwhile clients ask on, half of them over one connection as long as
they may, half of them over a new one each time; none asks twice.

This is done with `SERVICE_DRAIN_SECONDS` and without, and written to ``results/rolling_restart.json``.
"""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain

from benchmarks.balancer import Balancer
from benchmarks.ending import leave_nothing_behind
from benchmarks.http_load import Client, repeat
from benchmarks.result_file import RESULTS, machine, write
from benchmarks.servers import PREDICTION, Server, payload, start
from benchmarks.wire import post

RESULT_FILE = RESULTS / "rolling_restart.json"
RESTARTS = 20
LAG_S = 2.0
DRAIN_S = 4.0
CLIENTS = 12
"""Of each kind."""
PAUSE_S = 0.1
TIMEOUT_S = 5.0
OK = 200


@dataclass(frozen=True)
class Restarts:
    """What a series of rolling restarts cost."""

    drain_s: float
    lag_s: float
    restarts: int
    requests_kept_alive: int
    failed_kept_alive: int
    requests_new_connection: int
    failed_new_connection: int

    @property
    def requests(self) -> int:
        """All of them."""
        return self.requests_kept_alive + self.requests_new_connection

    @property
    def failed(self) -> int:
        """Those without a 200."""
        return self.failed_kept_alive + self.failed_new_connection


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both, and write them down."""
    leave_nothing_behind()
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.rolling_restart",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--restarts", type=int, default=RESTARTS)
    restarts = parser.parse_args(arguments).restarts
    drained = asyncio.run(measure(restarts, DRAIN_S, LAG_S))
    abrupt = asyncio.run(measure(restarts, 0.0, LAG_S))
    figures = {
        "drain": asdict(drained) | {"requests": drained.requests, "failed": drained.failed},
        "no_drain": asdict(abrupt) | {"requests": abrupt.requests, "failed": abrupt.failed},
        "machine": machine(),
    }
    write(RESULT_FILE, figures)
    print(json.dumps(figures, indent=2))
    return 0


async def measure(restarts: int, drain_s: float, lag_s: float) -> Restarts:
    """Restart so often under load, and count."""
    servers = [await _start(drain_s), await _start(drain_s)]
    over = asyncio.Event()
    try:
        with Balancer(*(server.port for server in servers)) as balancer:
            port = int(balancer.url.rpartition(":")[2])
            kept_alive, new_connection = _ask(port, True, over), _ask(port, False, over)
            for _ in range(restarts):
                servers.append(await _start(drain_s))
                await _end(servers.pop(0), balancer, servers[-1], lag_s)
            over.set()
            return _counted(drain_s, lag_s, restarts, await kept_alive, await new_connection)
    finally:
        for server in servers:
            await asyncio.to_thread(server.stop)


def _ask(port: int, reuse: bool, over: asyncio.Event) -> "asyncio.Future[list[list[int]]]":
    request = post(PREDICTION, payload())
    clients = [Client(port, TIMEOUT_S, reuse) for _ in range(CLIENTS)]
    return asyncio.gather(*(repeat(client, request, PAUSE_S, over) for client in clients))


async def _start(drain_s: float) -> Server:
    return await asyncio.to_thread(partial(start, SERVICE_DRAIN_SECONDS=str(drain_s)))


async def _end(old: Server, balancer: Balancer, new: Server, lag_s: float) -> None:
    """End a server while the balancer does not yet know that another one has taken its place."""
    old.process.send_signal(signal.SIGTERM)
    await asyncio.sleep(lag_s)
    balancer.add(new.port)
    balancer.remove(old.port)
    if (exit_code := await asyncio.to_thread(old.wait)) != 0:
        raise RuntimeError(f"a service ended with code {exit_code}")


def _counted(
    drain_s: float, lag_s: float, restarts: int, kept_alive: list[list[int]], new_connection: list[list[int]]
) -> Restarts:
    kinds = [list(chain.from_iterable(asked)) for asked in (kept_alive, new_connection)]
    requests = [len(asked) for asked in kinds]
    failed = [sum(status != OK for status in asked) for asked in kinds]
    return Restarts(drain_s, lag_s, restarts, requests[0], failed[0], requests[1], failed[1])


if __name__ == "__main__":
    sys.exit(main())
