"""CPU as Kubernetes writes it: quantities such as `250m`, and the kubelet's counters."""

import re
from dataclasses import dataclass
from fractions import Fraction

_UNITS = {
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 1000),
    "": Fraction(1),
    "k": Fraction(1000),
}
_METRIC = re.compile(
    r"^container_cpu_(usage_seconds|cfs_periods|cfs_throttled_periods)_total\{([^}]*)\} (\S+)", re.MULTILINE
)
_LABEL = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class CpuCounters:
    """What a pod's container has come to since it began."""

    usage_s: float = 0.0
    periods: int = 0
    """Stretches of 100 ms in which it wanted to run under a limit."""
    throttled_periods: int = 0
    """Those in which it was stopped by its limit."""


def cores(quantity: str) -> float:
    """CPU cores in `250m`, `1` or `123456789n`; ValueError names what is none."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([numk]?)", quantity)
    if match is None:
        raise ValueError(f"{quantity!r} is no amount of CPU")
    return float(Fraction(match[1]) * _UNITS[match[2]])


def counters_in(exposition: str, namespace: str, container: str) -> dict[str, CpuCounters]:
    """Counters by pod, from what the kubelet's cAdvisor exposes to Prometheus.

    They are those of one kind of container; of the whole pod where the container engine tells of no container.
    """
    found: dict[tuple[str, str], dict[str, float]] = {}
    for name, written, value in _METRIC.findall(exposition):
        labels = dict(_LABEL.findall(written))
        if labels.get("namespace") == namespace and labels.get("cpu", "total") == "total":
            found.setdefault((labels.get("container", ""), labels.get("pod", "")), {})[name] = float(value)
    return {
        pod: CpuCounters(
            round(values.get("usage_seconds", 0.0), 3),
            int(values.get("cfs_periods", 0)),
            int(values.get("cfs_throttled_periods", 0)),
        )
        for kind in ("", container)
        for (of, pod), values in found.items()
        if of == kind
    }
