"""Draws ``results/queueing.json`` as ``docs/pictures/queueing.svg``: `python -m benchmarks.queueing_picture`."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.picture_card import PICTURES, save, style
from benchmarks.result_file import RESULTS
from load_tests.queueing import dd1_latency_s, md1_latency_s

RESULT_FILE = RESULTS / "queueing.json"
PICTURE = PICTURES / "queueing.svg"
COLOURS = {"open": "#0550ae", "uniform": "#1a7f37", "closed": "#bc4c00"}
MARKERS = {"open": "o", "uniform": "s", "closed": "D"}


def main() -> int:
    """Draw, and say where the picture is."""
    draw(PICTURE)
    print(PICTURE)
    return 0


def draw(path: Path) -> None:
    """Draw what was measured beside theory."""
    results = json.loads(RESULT_FILE.read_text(encoding="utf-8"))
    with mpl.rc_context(style("queueing", 10.5)):
        figure = Figure(figsize=(10.4, 4.7))
        keeps_up, too_slow = figure.subplots(1, 2)
        draw_utilisations(keeps_up, results)
        draw_too_slow(too_slow, results)
        figure.subplots_adjust(left=0.09, right=0.965, bottom=0.145, top=0.8, wspace=0.22)
        figure.suptitle(
            f"The same load in three ways, on a server that takes {results['service_ms']:.0f} ms for each request",
            y=0.94, fontsize=12.5, fontweight="bold",
        )  # fmt: skip
        save(figure, path)


def draw_utilisations(axes: Axes, results: dict[str, Any]) -> None:
    """The p99 by utilisation: the curves of theory, and a dot for each run."""
    service_s = results["service_ms"] / 1000
    loads = [load for load in results["loads"].values() if load["utilisation"] < 1]
    most_ms = loads[0]["closed_at_most_ms"]
    percents = range(40, 93)
    curve_ms = [md1_latency_s(0.99, percent / 100 / service_s, service_s) * 1000 for percent in percents]
    axes.plot(percents, curve_ms, color=COLOURS["open"])
    axes.axhline(most_ms, color=COLOURS["closed"], linestyle=":")
    axes.axhline(results["service_ms"], color=COLOURS["uniform"])
    for arrivals, colour in COLOURS.items():
        axes.plot(
            [load["utilisation"] * 100 for load in loads],
            [load["measured"][arrivals]["p99_ms"] for load in loads],
            MARKERS[arrivals],
            color=colour,
            markeredgecolor="white",
            markersize=8,
        )
    _say(axes, "open", "Poisson arrivals (curve: M/D/1)", (43, 960))
    _say(axes, "closed", f"most that {results['users']} closed users can see", (41, 328))
    _say(axes, "closed", "closed users", (52.5, 170))
    _say(axes, "uniform", "even arrivals (line: D/D/1)", (41, 80))
    axes.set(
        title="A server that keeps up", xlabel="utilisation, %", ylabel="p99 latency, ms",
        xlim=(40, 95), yscale="log", ylim=(70, 4000),
    )  # fmt: skip
    axes.set_yticks(ticks := [100, 200, 500, 1000, 2000, 4000], labels=[f"{tick:,}" for tick in ticks])
    axes.minorticks_off()


def draw_too_slow(axes: Axes, results: dict[str, Any]) -> None:
    """The p50 of each second before a server that cannot keep up."""
    load, service_s = results["loads"]["too_slow"], results["service_ms"] / 1000
    seconds = len(load["measured"]["uniform"]["p50_ms_by_second"])
    line_ms = [
        dd1_latency_s(round(at_s * load["offered_rps"]), load["offered_rps"], service_s) * 1000 for at_s in (0, seconds)
    ]
    axes.plot([0, seconds], line_ms, color=COLOURS["uniform"])
    axes.axhline(load["closed_at_most_ms"], color=COLOURS["closed"], linestyle=":")
    for arrivals, colour in COLOURS.items():
        by_second_ms = load["measured"][arrivals]["p50_ms_by_second"][:seconds]
        middles_s = [second + 0.5 for second in range(len(by_second_ms))]
        axes.plot(middles_s, by_second_ms, MARKERS[arrivals], color=colour, markeredgecolor="white", markersize=7)
    closed_rps = load["measured"]["closed"]["asked_rps"]
    _say(axes, "open", "Poisson arrivals", (8.5, 1250))
    _say(axes, "uniform", "even arrivals (line: D/D/1)", (0.4, 1850))
    _say(axes, "closed", f"closed users: they ask for {closed_rps:.0f}/s only", (5.2, 500))
    axes.set(
        title=f"A server that is too slow: {load['offered_rps']:.0f}/s, where it takes {1 / service_s:.0f}/s",
        xlabel="seconds of load", ylabel="p50 latency, ms", xlim=(0, seconds), ylim=0,
    )  # fmt: skip
    axes.set_yticks(ticks := range(0, 3001, 500), labels=[f"{tick:,}" for tick in ticks])


def _say(axes: Axes, arrivals: str, text: str, at: tuple[float, float]) -> None:
    axes.annotate(text, at, color=COLOURS[arrivals], fontweight="bold", fontsize=9.5)


if __name__ == "__main__":
    argparse.ArgumentParser("python -m benchmarks.queueing_picture", description=__doc__).parse_args()
    sys.exit(main())
