"""A service of a known capacity, however fast the machine: it refuses what comes faster than its pace."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BURST_S = 0.75
"""What it answers at once beyond its pace, as time of it."""
CPU_S_PER_ANSWER, IDLE_CORES = 0.010, 0.02
"""What it says that it used."""
STARTED_S = 1_700_000_000.0


@dataclass
class Pace:
    """Answers so many requests a second, and no more."""

    most_rps: float
    names: tuple[str, ...] = ("one",)
    """Who answers, in turn."""
    metrics: bool = True
    restarts_after: int | None = None
    """Predictions asked for until it says that it was started later."""
    answered: int = 0
    asked: int = 0
    looked_at: int = 0
    _began_s: float = field(default_factory=time.monotonic)
    _free_at_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accepts(self) -> bool:
        """Whether one more is answered now."""
        with self._lock:
            self.asked += 1
            now_s = time.monotonic()
            free_at_s = max(self._free_at_s, now_s - BURST_S) + 1 / self.most_rps
            if free_at_s > now_s:
                return False
            self._free_at_s = free_at_s
            self.answered += 1
            return True

    def name(self) -> str:
        """Who answers this time."""
        self.looked_at += 1
        return self.names[self.looked_at % len(self.names)]

    def exposition(self) -> str:
        """What `/metrics` says."""
        used_s = self.answered * CPU_S_PER_ANSWER + (time.monotonic() - self._began_s) * IDLE_CORES
        restarted = self.restarts_after is not None and self.asked > self.restarts_after
        return (
            f"# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total {used_s}\n"
            f"process_start_time_seconds {STARTED_S + restarted:.12e}\n"
        )


class PacedService:
    """It listens on a free port, on threads of this process; close it after use."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                metrics = self.path == "/metrics" and pace.metrics
                self._answer(200 if metrics else 404, pace.exposition() if metrics else "")

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self._answer(*((200, '{"charges": 1000.0}') if pace.accepts() else (503, "")))

            def _answer(self, status: int, body: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("X-Served-By", pace.name())
                with suppress(ConnectionError):  # who only wants to know whether anything answers does not wait for it
                    self.end_headers()
                    self.wfile.write(body.encode())

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
