"""Prometheus rules of a scenario: the share of bad requests, recorded, and alerts on how fast it burns the budget."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from load_tests.monitoring.indicators import Indicator, indicators
from load_tests.specification.quantities import format_share
from load_tests.specification.scenario import Scenario

RECORD = "slo:bad_requests:ratio_rate"


@dataclass(frozen=True)
class Burn:
    """How many times faster than allowed a budget is spent, over a long window and still in a short one."""

    factor: float
    long: str
    short: str
    severity: str


BURNS = (
    Burn(14.4, "1h", "5m", "page"),
    Burn(6, "6h", "30m", "page"),
    Burn(1, "3d", "6h", "ticket"),
)
"""Google's SRE workbook, chapter 5: 2 % of a month's budget in an hour, 5 % in six hours, 10 % in three days."""
WINDOWS = ("5m", "30m", "1h", "6h", "3d")


class _Dumper(yaml.SafeDumper):
    """YAML with an expression of several lines written as such."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def render(scenario: Scenario) -> str:
    """The rules file."""
    rules = [rule for indicator in indicators(scenario) for rule in _rules(scenario, indicator)]
    groups = {"groups": [{"name": f"slo:{scenario.name}", "interval": "30s", "rules": rules}]}
    header = f"# Made from the scenario {scenario.name!r}: python -m load_tests.monitoring {scenario.name}\n"
    return header + yaml.dump(groups, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


def burns_of(indicator: Indicator) -> tuple[Burn, ...]:
    """Burn rates that can be reached: where half of the requests may be bad, none can be 14.4 times as many."""
    if not indicator.allowed:  # the first bad request is one too many
        return BURNS[:1]
    return tuple(burn for burn in BURNS if burn.factor * indicator.allowed < 1)


def _rules(scenario: Scenario, indicator: Indicator) -> Iterator[dict[str, Any]]:
    labels = {"scenario": scenario.name, "model": scenario.model, "slo": indicator.slo}
    for window in WINDOWS:
        yield {"record": f"{RECORD}{window}", "expr": indicator.bad_share(window), "labels": labels.copy()}
    for burn in burns_of(indicator):
        yield {
            "alert": "SloBudgetBurn",
            "expr": _burns(scenario, indicator, burn),
            "labels": {**labels, "severity": burn.severity, "window": burn.long},
            "annotations": _annotations(scenario, indicator, burn),
        }
    yield {
        "alert": "SloNotMeasured",
        "expr": f"absent({indicator.edge})",
        "for": "10m",
        "labels": {**labels, "severity": "ticket"},
        "annotations": {
            "summary": f"{scenario.model}: nobody knows whether {indicator.title} holds",
            "description": f"Prometheus has no {indicator.edge}: is it scraped, and is this one of its buckets?",
        },
    }


def recorded(scenario: Scenario, indicator: Indicator, window: str) -> str:
    """Selector of the recorded share of bad requests."""
    return f'{RECORD}{window}{{scenario="{scenario.name}",slo="{indicator.slo}"}}'


def _burns(scenario: Scenario, indicator: Indicator, burn: Burn) -> str:
    limit = f"{burn.factor:g} * {indicator.allowed:g}"
    windows = (burn.long, burn.short)
    return "\nand ".join(f"{recorded(scenario, indicator, window)} > {limit}" for window in windows)


def _annotations(scenario: Scenario, indicator: Indicator, burn: Burn) -> dict[str, str]:
    return {
        "summary": f"{scenario.model} breaks {indicator.title}",
        "description": (
            f"{{{{ $value | humanizePercentage }}}} of the requests of the last {burn.long} were bad, "
            f"{format_share(indicator.allowed)} may be."
        ),
    }
