"""An axis of latencies: in milliseconds, logarithmic where the values ask for it, with its units at every tick."""

import math
from collections.abc import Iterable

from matplotlib.axes import Axes

LARGEST_LINEAR_RATIO = 12.0
"""Above this ratio of the largest to the smallest value, a linear axis shows the small ones as nothing."""


def scale_latencies(axes: Axes, values_ms: Iterable[float]) -> None:
    """Fit the vertical axis to all that is drawn on it."""
    positive = [value_ms for value_ms in values_ms if value_ms > 0] or [1.0, 100.0]
    low_ms, high_ms = min(positive), max(positive)
    if high_ms / low_ms > LARGEST_LINEAR_RATIO:
        _scale_logarithmic(axes, low_ms, high_ms)
    else:
        axes.set_ylim(0, high_ms * 1.12)
        ticks_ms = _linear_ticks(high_ms * 1.12)
        axes.set_yticks(ticks_ms, [latency_text(tick_ms) for tick_ms in ticks_ms])


def latency_text(latency_ms: float) -> str:
    """`0.5 ms`, `20 ms`, `2 s`."""
    return f"{latency_ms / 1000:,g} s" if latency_ms >= 1000 else f"{latency_ms:g} ms"


def _scale_logarithmic(axes: Axes, low_ms: float, high_ms: float) -> None:
    axes.set_yscale("log")
    low_ms, high_ms = low_ms / 1.25, high_ms * (high_ms / low_ms) ** 0.12 * 1.1
    axes.set_ylim(low_ms, high_ms)
    steps = (1, 2, 5) if high_ms / low_ms < 500 else (1,)
    powers = range(math.floor(math.log10(low_ms)), math.ceil(math.log10(high_ms)) + 1)
    ticks_ms = [step * 10.0**power for power in powers for step in steps if low_ms <= step * 10.0**power <= high_ms]
    axes.set_yticks(ticks_ms, [latency_text(float(f"{tick_ms:.3g}")) for tick_ms in ticks_ms])
    axes.set_yticks([], minor=True)


def _linear_ticks(high_ms: float) -> list[float]:
    """Zero and up to five round values."""
    rough = high_ms / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    return [float(f"{number * step:.6g}") for number in range(math.floor(high_ms / step) + 1)]
