"""What a scenario demands, as Prometheus sees it: which requests are bad, and what share of them may be."""

from collections.abc import Iterator
from dataclasses import dataclass

from load_tests.specification.errors import ScenarioError
from load_tests.specification.objectives import (
    Demand,
    ErrorObjective,
    GoodputObjective,
    LatencyObjective,
    NoErrorObjective,
)
from load_tests.specification.scenario import Scenario

DURATIONS = "http_request_duration_seconds"
UNANSWERED = "5..|499"
"""Statuses of requests that got no answer: failed, turned away, or left by their client. A 4xx is an answer."""


@dataclass(frozen=True)
class Indicator:
    """One objective: what it is called, what it allows and how it is measured.

    Attributes
    ----------
    slo : str
        As in the scenario: ``p99``, ``errors``.
    title : str
        The objective in a few words.
    allowed : float
        Share of requests that may be bad.
    requests : str
        Selector of the requests that count.
    threshold_s : float or None
        Slower than this is bad as well.
    """

    slo: str
    title: str
    allowed: float
    requests: str
    threshold_s: float | None = None

    @property
    def edge(self) -> str:
        """Series that must exist for the objective to be measured at all."""
        bucket = "+Inf" if self.threshold_s is None else str(float(self.threshold_s))
        return f'{DURATIONS}_bucket{{{self.requests},le="{bucket}"}}'

    def bad_share(self, window: str) -> str:
        """PromQL of the share of bad requests in a window; no value without requests.

        ``or 0 * …``: where nothing has ever been good there is no series of good requests, and without a value no
        alert would fire.
        """
        due = f"sum(rate({DURATIONS}_count{{{self.requests}}}[{window}]))"
        if self.threshold_s is None:
            bad = f'{DURATIONS}_count{{{self.requests},status=~"{UNANSWERED}"}}'
            return f"(sum(rate({bad}[{window}])) or 0 * {due})\n/ ({due} > 0)"
        good = self.edge.replace("}", f',status!~"{UNANSWERED}"}}')
        return f"1 - (sum(rate({good}[{window}])) or 0 * sum(rate({self.edge}[{window}])))\n/ ({due} > 0)"


def indicators(scenario: Scenario) -> tuple[Indicator, ...]:
    """One indicator for each percentile, and one for errors; ScenarioError where there is nothing to watch."""
    found = (*_latencies(scenario), *_errors(scenario))
    if not found:
        raise ScenarioError(
            f"{scenario.name}: nothing under the top level `slo` can be watched: write a percentile, "
            "errors, or throughput as a share"
        )
    return found


def requests_of(scenario: Scenario) -> str:
    """Selector of the predictions that the scenario is about."""
    return f'path="{scenario.prediction_path}",method="POST"'


def _latencies(scenario: Scenario) -> Iterator[Indicator]:
    for demand in scenario.slo.demands:
        if isinstance(objective := demand.objective, LatencyObjective):
            requests = requests_of(scenario)
            yield Indicator(demand.key, objective.title, objective.allowed, requests, objective.threshold_s)


def _errors(scenario: Scenario) -> Iterator[Indicator]:
    """Errors and throughput are the same to a service that knows only of requests that came: the stricter counts."""
    demands = [(_allowed(demand), demand) for demand in scenario.slo.demands]
    shares = [(allowed, demand) for allowed, demand in demands if allowed is not None]
    if shares:
        allowed, strictest = min(shares, key=lambda share: share[0])
        yield Indicator(strictest.key, strictest.objective.title, allowed, requests_of(scenario))


def _allowed(demand: Demand) -> float | None:
    if isinstance(demand.objective, ErrorObjective | GoodputObjective):
        return demand.objective.allowed
    return 0.0 if isinstance(demand.objective, NoErrorObjective) else None
