"""What the metrics API says of a pod's CPU: how much, over which stretch of the past, and how late it says so.

Two look, one after the other. The kubelet measures every 10 s how much CPU time a container has used so far
(`defaultHousekeepingInterval` in kubernetes pkg/kubelet/cadvisor/cadvisor_linux.go). The metrics server asks the
kubelet every 15 or 60 s, and serves what was used between the last two different measurements that it found
(`podStorage.Store` and `resourceUsage` in kubernetes-sigs/metrics-server, pkg/storage/pod.go and types.go).
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from load_tests.planning.utilisation import Usage


class Measured(NamedTuple):
    """CPU time that a container had used by a time."""

    at_s: float
    used_s: float


@dataclass
class PodMetrics:
    """What is known of the CPU of one pod."""

    _kubelet: Measured | None = field(default=None, init=False)
    _last: Measured | None = field(default=None, init=False)
    _before: Measured | None = field(default=None, init=False)

    def measure(self, at_s: float, used_s: float) -> None:
        """The kubelet looks at the container."""
        self._kubelet = Measured(at_s, used_s)

    def scrape(self) -> None:
        """The metrics server asks the kubelet; what it knows already changes nothing."""
        if self._kubelet != self._last:
            self._before, self._last = self._last, self._kubelet

    @property
    def usage(self) -> Usage | None:
        """What the metrics API says; None before it has found two measurements."""
        if self._last is None or self._before is None:
            return None
        window_s = self._last.at_s - self._before.at_s
        return Usage((self._last.used_s - self._before.used_s) / window_s, self._last.at_s, window_s)
