"""Draws ``results/peers.json`` as ``docs/pictures/peers.svg``: `python -m benchmarks.peers.picture`."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.peers.catalogue import FLOOR, OWN, PEERS
from benchmarks.peers.results import read
from benchmarks.picture_card import PICTURES, save, style

PICTURE = PICTURES / "peers.svg"
OWN_COLOUR, FLOOR_COLOUR, PEER_COLOUR = "#0550ae", "#8c959f", "#bc4c00"


@dataclass(frozen=True)
class Panel:
    """One figure of all peers, on a scale of its own."""

    title: str
    value: Callable[[Mapping[str, Any]], float]
    decimals: int = 0


def main() -> int:
    """Draw, and say where the picture is."""
    draw(PICTURE)
    print(PICTURE)
    return 0


def draw(path: Path) -> None:
    """Draw four figures of all peers, each as bars."""
    result = read()
    panels = (
        Panel("CPU per request, µs", lambda peer: peer["cpu_us"]),
        Panel(f"p99 at {result['rate_rps']:.0f}/s, ms", lambda peer: peer["p99_ms"], 1),
        Panel("memory, MB", lambda peer: peer["memory_mb"]),
        Panel("CPU to start, s", lambda peer: peer["cold_start_cpu_s"], 1),
    )
    # Bars grow upwards in Matplotlib, and the cheapest is to stand on top.
    names = sorted(result["peers"], key=lambda name: -float(result["peers"][name]["cpu_us"]))
    with mpl.rc_context(style("peers", 10)):
        figure = Figure(figsize=(10.4, 0.9 + 0.37 * len(names)))
        for axes, panel in zip(figure.subplots(1, len(panels), sharey=True), panels, strict=True):
            draw_bars(axes, panel, [(name, panel.value(result["peers"][name])) for name in names])
        figure.subplots_adjust(left=0.255, right=0.975, bottom=0.07, top=0.86, wspace=0.14)
        save(figure, path)


def draw_bars(axes: Axes, panel: Panel, values: Sequence[tuple[str, float]]) -> None:
    """Draw the bars of one figure, from zero."""
    colours = {OWN: OWN_COLOUR, FLOOR: FLOOR_COLOUR}
    names, amounts = [name for name, _ in values], [amount for _, amount in values]
    bars = axes.barh(range(len(names)), amounts, color=[colours.get(name, PEER_COLOUR) for name in names], height=0.62)
    axes.bar_label(bars, [f"{amount:,.{panel.decimals}f}" for amount in amounts], padding=3, fontsize=9)
    axes.set_xlim(0, max(amounts) * 1.35)  # room for the labels
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.tick_params("y", length=0)
    axes.set_yticks(range(len(names)), labels=[PEERS[name].title for name in names])
    axes.set_title(panel.title, fontsize=10.5, fontweight="bold", loc="left")


if __name__ == "__main__":
    argparse.ArgumentParser("python -m benchmarks.peers.picture", description=__doc__).parse_args()
    sys.exit(main())
