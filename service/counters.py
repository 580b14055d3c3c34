"""Counters of our own that Prometheus reads: requests, time in models, requests turned away.

The client library's own lock at every step, for threads that do not count here: these take a tenth of their time.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, SummaryMetricFamily
from prometheus_client.registry import Collector

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0, 5.0)
"""Every latency that a scenario demands is one of them: a bucket can prove nothing finer than its edges."""
_LABELS = ("path", "method", "status")


class ShedReason(StrEnum):
    """Why a request was turned away that a service with less to do would have answered."""

    FULL = "full"
    """As many predictions as allowed were in flight, or those before it would have taken too long."""
    WAITED = "waited"
    """It waited for its turn for as long as it may."""
    DEADLINE = "deadline"
    """It is a batch that would have been computed for longer than it may, or was."""
    MEMORY = "memory"
    """Bodies that were coming in took all the memory they may."""
    SLOW_CLIENT = "slow_client"
    """The client took too long to send it."""


class RequestTimes(Collector):
    """Durations of requests by path, method and status."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, int], list[int]] = {}
        self._sums_s: dict[tuple[str, str, int], float] = {}

    def expect(self, labels: tuple[str, str, int]) -> list[int]:
        """Show this series from now on, with nothing in it: Prometheus cannot see that one which is new has grown."""
        self._sums_s.setdefault(labels, 0.0)
        return self._counts.setdefault(labels, [0] * (len(BUCKETS_S) + 1))

    def observe(self, labels: tuple[str, str, int], duration_s: float) -> None:
        """Count one request in the first bucket that is not below its duration."""
        counts = self._counts.get(labels) or self.expect(labels)
        counts[bisect_left(BUCKETS_S, duration_s)] += 1
        self._sums_s[labels] += duration_s

    def collect(self) -> Iterator[HistogramMetricFamily | CounterMetricFamily]:
        """Return what Prometheus reads; its buckets contain the smaller ones."""
        described = "From the request's headers to the last byte of its answer."
        durations = HistogramMetricFamily("http_request_duration_seconds", described, labels=_LABELS)
        requests = CounterMetricFamily("http_requests", "Answered requests.", labels=_LABELS)
        edges = [*map(str, BUCKETS_S), "+Inf"]
        for (path, method, status), counts in self._counts.items():
            labels = (path, method, str(status))
            contained = list(accumulate(counts))
            durations.add_metric(labels, list(zip(edges, contained, strict=True)), self._sums_s[path, method, status])
            requests.add_metric(labels, contained[-1])
        yield durations
        yield requests


class ModelTimes(Collector):
    """Time that each model took, emulated CPU time included, for how many calls and records."""

    def __init__(self, models: Iterable[str]) -> None:
        self._times = {model: ModelTime() for model in models}

    def of(self, model: str) -> "ModelTime":
        """Return what the predictions of one model are added to."""
        return self._times[model]

    def collect(self) -> Iterator[SummaryMetricFamily | CounterMetricFamily]:
        """Return what Prometheus reads."""
        seconds = SummaryMetricFamily("service_model_seconds", "Time in the model, by call.", labels=("model",))
        records = CounterMetricFamily("service_model_records", "Predicted records.", labels=("model",))
        for model, time in self._times.items():
            seconds.add_metric((model,), time.calls, time.total_s)
            records.add_metric((model,), time.records)
        yield seconds
        yield records


class ModelTime:
    """Time that one model took."""

    def __init__(self) -> None:
        self.calls = 0
        self.records = 0
        self.total_s = 0.0

    def add(self, duration_s: float, records: int) -> None:
        """Add one call."""
        self.calls += 1
        self.records += records
        self.total_s += duration_s


class ShedRequests(Collector):
    """Requests turned away, by reason."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(ShedReason, 0)

    def count(self, reason: ShedReason) -> None:
        """Count one request."""
        self._counts[reason] += 1

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Return what Prometheus reads."""
        shed = CounterMetricFamily("http_requests_shed", "Requests turned away for want of room.", labels=("reason",))
        for reason, count in self._counts.items():
            shed.add_metric((reason.value,), count)
        yield shed
